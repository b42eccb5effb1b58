BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Share)/big.bin" 3000000
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Get-PeerServer' {
    It 'shows the node that runs in another process' {
        $server = Use-TestHome $pair.NasHome { Get-PeerServer }

        $server.Name | Should -Be nas
        $server.State | Should -Be Running
        $server.ProcessId | Should -Be $pair.Nas.Process.Id
        $server.Port | Should -Be $pair.Nas.Port
        $server.NodeId | Should -Be $pair.Nas.NodeId
        $server.Shares.Name | Should -Be share
        $server.Inbox | Should -Be $pair.Inbox
        $server.StartTime | Should -BeGreaterThan (Get-Date).AddHours(-1)
        $server.StartTime | Should -BeLessThan (Get-Date).AddMinutes(1)
    }

    It 'counts what goes out and comes in' {
        $before = Use-TestHome $pair.NasHome { Get-PeerServer }
        $null = Get-PeerFile nas share/big.bin -Destination "$($pair.Root)/got/"
        $null = Send-PeerFile "$($pair.Root)/got/big.bin" nas
        $after = Use-TestHome $pair.NasHome { Get-PeerServer }

        $after.BytesSent - $before.BytesSent | Should -BeGreaterOrEqual 3000000
        $after.BytesReceived - $before.BytesReceived | Should -BeGreaterOrEqual 3000000
        $after.BytesSent - $before.BytesSent | Should -BeLessThan 4000000
    }

    It 'counts connected peers and not its own processes' {
        $null = Find-PeerFile
        (Use-TestHome $pair.NasHome { Get-PeerServer }).Connections | Should -Be 1
    }

    It 'writes nothing when none runs or none is meant' {
        Get-PeerServer | Should -BeNullOrEmpty
        Use-TestHome $pair.NasHome {
            Get-PeerServer other* | Should -BeNullOrEmpty
            (Get-PeerServer N?S).Name | Should -Be nas
        }
    }

    It 'says how it stands with discovery servers and relays' {
        $id = (Get-PeerIdentity).NodeId
        $null = Start-PeerServer -ListenAddress 127.0.0.1 -Port 0 -DiscoveryServer "https://127.0.0.1:1/?id=$id" -Relay "relay://127.0.0.1:1/?id=$id"
        try {
            Wait-Until { $script:seen = Get-PeerServer; "$($seen.Relays.State) $($seen.DiscoveryServers.State)" -eq 'Failed Failed' } 'both to have failed'

            $seen.Relays.Url | Should -Be "relay://127.0.0.1:1/?id=$id"
            $seen.Relays.Problem | Should -Not -BeNullOrEmpty
            "$($seen.DiscoveryServers)" | Should -BeLike 'https://127.0.0.1:1 (Failed: *)'
        }
        finally {
            Stop-PeerServer -Force
        }
    }

    It 'names a server that is not there' {
        $null = Get-TestFailure ServerNotRunning { Get-PeerServer -Name nas } nas
    }

    It 'waits for a node that is just starting' {
        $slow = "$($pair.Root)/starting-home"
        $process = Start-TestProcess $slow 'Start-PeerServer -ListenAddress 127.0.0.1 -Port 0 -Wait'
        $errors = $process.StandardError.ReadToEndAsync()
        Use-TestHome $slow {
            # As often as it takes: every answer is either nothing or a whole server.
            Wait-Until { $script:started = Get-PeerServer -ErrorAction Stop; $script:started } 'the server'
            $script:started.Port | Should -BeGreaterThan 0
            Stop-PeerServer
        }

        (Receive-TestProcess $process $errors).ExitCode | Should -Be 0
    }

    It 'shows sizes for people in the table and every property in the list' {
        $server = Use-TestHome $pair.NasHome { Get-PeerServer }

        $table = $server | Format-Table | Out-String -Width 200
        $table | Should -Match 'Name\s+State\s+Port\s+Id\s+Peers\s+Sent\s+Received\s+Shares'
        $table | Should -Match "nas\s+Running\s+$($server.Port)\s+$($server.NodeId.Split('-')[0])\s+\d+\s+2\.\d MB\s+2\.\d MB\s+share"
        $list = $server | Format-List * | Out-String
        foreach ($property in 'Name', 'NodeId', 'State', 'Port', 'Endpoints', 'Shares', 'Inbox', 'StartTime', 'Connections',
            'BytesSent', 'BytesReceived', 'DiscoveryServers', 'Relays', 'LastError', 'ProcessId') {
            $list | Should -Match "(?m)^$property\s+:"
        }

        $server.BytesSent | Should -BeOfType long
    }
}
