BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Test-Peer' {
    It 'tells what worked' {
        $status = Test-Peer nas

        $status.Peer | Should -Be nas
        $status.NodeId | Should -Be $pair.Nas.NodeId
        $status.Reachable | Should -BeTrue
        $status.Address | Should -Be "127.0.0.1:$($pair.Nas.Port)"
        $status.RoundTrip | Should -BeGreaterThan ([timespan]::Zero)
        $status.TlsVersion | Should -Be 'TLS 1.3'
        $status.CipherSuite | Should -Match '^TLS_'
        $status.Software | Should -Match '^PSPeerShare/\d'
        [Math]::Abs($status.ClockDifference.TotalMinutes) | Should -BeLessThan 1
        $status.ErrorId | Should -BeNullOrEmpty
    }

    It 'takes peers in every form, one or many' {
        $server = Use-TestHome $pair.NasHome { Get-PeerServer }

        (Test-Peer $pair.Nas.NodeId, "127.0.0.1:$($pair.Nas.Port)", (Get-Peer nas), $server).Reachable | Should -Be $true, $true, $true, $true
        (Get-Peer | Test-Peer).Peer | Should -Be nas
        (Test-Peer nas | Test-Peer).Reachable | Should -BeTrue
    }

    It 'tells what failed and what to do, as an object and not as an error' {
        $status = Test-Peer 127.0.0.1:1 -ErrorAction Stop

        $status.Reachable | Should -BeFalse
        $status.ErrorId | Should -Be PeerUnreachable
        $status.Error | Should -Match '127\.0\.0\.1:1'
        $status.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'says <ErrorId> when <What>' -ForEach @(
        @{ ErrorId = 'PeerHasNoAddress'; What = 'no address is known'; Answers = $false }
        @{ ErrorId = 'PeerIdentityChanged'; What = 'another node answers'; Answers = $true }
    ) {
        $id = (Use-TestHome "$($pair.Root)/$ErrorId" { Get-PeerIdentity }).NodeId
        $address = $Answers ? @{ Address = "127.0.0.1:$($pair.Nas.Port)" } : @{}
        $null = Add-Peer -NodeId $id -Name strange @address
        try {
            (Test-Peer strange).ErrorId | Should -Be $ErrorId
        }
        finally {
            Remove-Peer strange
        }
    }

    It 'waits for a silent peer as long as it is told' {
        $silent = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $silent.Start()
        try {
            (Test-Peer "127.0.0.1:$($silent.LocalEndpoint.Port)" -TimeoutSec 1).ErrorId | Should -BeIn NotPeerShare, ConnectTimeout
        }
        finally {
            $silent.Stop()
        }
    }

    It 'says what else answers there by its first words' {
        $other = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $other.Start()
        $greeting = Start-TestPipeline '
            $client = $with.Listener.AcceptTcpClient()
            $client.Client.Send([Text.Encoding]::ASCII.GetBytes("SSH-2.0-OpenSSH_9.2`r`n"))' @{ Listener = $other }
        try {
            $status = Test-Peer "127.0.0.1:$($other.LocalEndpoint.Port)" -TimeoutSec 10
            $status.ErrorId | Should -Be NotPeerShare
            $status.Error | Should -Match "is not PSPeerShare.*begins with 'SSH-2\.0-OpenSSH_9\.2'"
        }
        finally {
            $other.Stop()
            $null = Stop-TestPipeline $greeting
        }
    }

    It 'is true or false with -Quiet' {
        Test-Peer nas -Quiet | Should -BeTrue
        Test-Peer 127.0.0.1:1 -Quiet | Should -BeFalse
        Test-Peer nobody -Quiet | Should -BeFalse
        Test-Peer nas, 127.0.0.1:1 -Quiet | Should -Be $true, $false
    }

    It 'names a peer that nobody knows' {
        $null = Get-TestFailure PeerNotFound { Test-Peer nobody } nobody
    }

    It 'shows everything by default' {
        $shown = Test-Peer nas | Out-String -Width 200
        $shown | Should -Match 'TLS 1.3'
        $list = Test-Peer nas | Format-List * | Out-String
        foreach ($property in 'Peer', 'NodeId', 'Reachable', 'Address', 'RoundTrip', 'TlsVersion', 'CipherSuite', 'Software',
            'ClockDifference', 'ErrorId', 'Error', 'RecommendedAction') {
            $list | Should -Match "(?m)^$property\s+:"
        }
    }

    It 'completes names' {
        Get-TestCompletion 'Test-Peer ' | Should -Be nas
    }
}
