BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Share)/readme.txt" 'hello'
    $null = New-TestFile "$($pair.Share)/logs/small.log" 2000
    $null = New-TestFile "$($pair.Share)/logs/big.log" 3000000
    $null = New-TestFile "$($pair.Share)/logs/old/bigger.log" 5000000
    (Get-Item "$($pair.Share)/logs/small.log").LastWriteTime = '2020-01-01'
    $names = 'big.log', 'bigger.log', 'readme.txt', 'small.log'
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Find-PeerFile' {
    It 'finds <Expected> by <Filter>' -ForEach @(
        @{ Filter = @{}; Expected = 'big.log', 'bigger.log', 'readme.txt', 'small.log' }
        @{ Filter = @{ Name = '*.log' }; Expected = 'big.log', 'bigger.log', 'small.log' }
        @{ Filter = @{ Name = 'readme.*', 'small*' }; Expected = 'readme.txt', 'small.log' }
        @{ Filter = @{ Name = 'BIG.LOG' }; Expected = 'big.log' }
        @{ Filter = @{ Path = 'share/logs/*' }; Expected = 'big.log', 'bigger.log', 'small.log' }
        @{ Filter = @{ Path = '*/old/*' }; Expected = 'bigger.log' }
        @{ Filter = @{ MinimumLength = 1MB; MaximumLength = 4MB }; Expected = 'big.log' }
        @{ Filter = @{ ModifiedBefore = '2020-06-01' }; Expected = 'small.log' }
        @{ Filter = @{ ModifiedAfter = '2020-06-01'; Name = '*.log' }; Expected = 'big.log', 'bigger.log' }
        @{ Filter = @{ Name = 'nothing' }; Expected = @() }
    ) {
        @(Find-PeerFile @Filter).Name | Sort-Object | Should -Be $Expected
    }

    It 'asks the peers that are given, by <Kind>' -ForEach @(
        @{ Kind = 'name'; Peer = { 'nas' } }
        @{ Kind = 'node id'; Peer = { $pair.Nas.NodeId } }
        @{ Kind = 'host:port'; Peer = { "127.0.0.1:$($pair.Nas.Port)" } }
        @{ Kind = 'a Peer'; Peer = { Get-Peer nas } }
    ) {
        (Find-PeerFile -Peer (& $Peer)).Count | Should -Be 4
    }

    It 'takes peers from the pipeline' {
        (Get-Peer | Find-PeerFile).Count | Should -Be 4
        ('nas' | Find-PeerFile readme.txt).Name | Should -Be readme.txt
    }

    It 'says where a file is' {
        $file = Find-PeerFile big.log

        $file.SharePath | Should -Be share/logs/big.log
        $file.Share | Should -Be share
        $file.Length | Should -Be 3000000
        $file.LastWriteTime | Should -Be (Get-Item "$($pair.Share)/logs/big.log").LastWriteTime
        $file.Peer | Should -Be nas
        $file.NodeId | Should -Be $pair.Nas.NodeId
        $file.Online | Should -BeTrue
    }

    It 'finds a content by its hash' {
        $to = New-TestFolder
        try {
            $hash = (Get-PeerFile nas share/readme.txt -Destination $to).Hash
        }
        finally {
            Remove-TestFolder $to
        }

        (Find-PeerFile -Hash $hash).Name | Should -Be readme.txt
        $unique = @(Find-PeerFile -Hash $hash -Unique)
        $unique.Name | Should -Be readme.txt
        $unique.Holders.Peer | Should -Be nas
        Find-PeerFile -Hash ('1' * 64) | Should -BeNullOrEmpty
        $null = Get-TestFailure HashInvalid { Find-PeerFile -Hash 'no hash' } 'no hash'
    }

    It 'leaves this home out unless -IncludeSelf' {
        $null = New-TestFile "$($pair.Root)/own/mine.txt" 'mine'
        $null = Start-PeerServer "$($pair.Root)/own" -Name laptop -Port 0 -ListenAddress 127.0.0.1
        try {
            @(Find-PeerFile).Name | Should -Not -Contain mine.txt
            @(Find-PeerFile -IncludeSelf).Name | Sort-Object | Should -Be (@($names) + 'mine.txt' | Sort-Object)
        }
        finally {
            Stop-PeerServer
        }
    }

    It 'charges a dead peer one error and keeps what the others have' {
        $nobody = Use-TestHome "$($pair.Root)/nobody-home" { Get-PeerIdentity }
        # The system takes the connection, and nobody ever says a word on it.
        $silent = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $silent.Start()
        $null = Add-Peer -NodeId $nobody.NodeId -Name dead -Address "127.0.0.1:$($silent.LocalEndpoint.Port)"
        try {
            $files = @(Find-PeerFile -TimeoutSec 2 -ErrorAction SilentlyContinue -ErrorVariable failures)
        }
        finally {
            Remove-Peer dead
            $silent.Stop()
        }

        $files.Count | Should -Be 4
        $failures.Count | Should -Be 1
        $failures[0].Exception.ErrorId | Should -BeIn NotPeerShare, ConnectTimeout
        "$($failures[0].TargetObject)" | Should -Match 'dead|127'
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'names <Id> for <Peer>' -ForEach @(
        @{ Id = 'PeerNotFound'; Peer = 'nobody' }
        @{ Id = 'PeerUnreachable'; Peer = '127.0.0.1:1' }
    ) {
        $null = Get-TestFailure $Id { Find-PeerFile -Peer $Peer }
    }

    It 'tells other servers from a node' {
        $other = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $other.Start()
        $greeting = Start-TestPipeline '
            $client = $with.Listener.AcceptTcpClient()
            $client.Client.Send([Text.Encoding]::ASCII.GetBytes("SSH-2.0-OpenSSH_9.2`r`n"))' @{ Listener = $other }
        try {
            $null = Get-TestFailure NotPeerShare { Find-PeerFile -Peer "127.0.0.1:$($other.LocalEndpoint.Port)" -TimeoutSec 10 }
        }
        finally {
            $other.Stop()
            $null = Stop-TestPipeline $greeting
        }
    }

    It 'streams, so that the first result ends it' {
        (Find-PeerFile | Select-Object -First 1).Peer | Should -Be nas
        (Find-PeerFile).Count | Should -Be 4
    }

    It 'ends at Ctrl+C while a peer is silent' {
        $silent = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
        $silent.Start()
        try {
            $pipeline = Start-TestPipeline 'Find-PeerFile -Peer nas, $with.Silent -TimeoutSec 3600' @{ Silent = "127.0.0.1:$($silent.LocalEndpoint.Port)" }
            Wait-Until { $pipeline.Output.Count -eq 4 } 'what nas has'
            Stop-TestPipeline $pipeline | Should -BeTrue
        }
        finally {
            $silent.Stop()
        }
    }

    It 'shows sizes for people and keeps numbers' {
        $files = Find-PeerFile *.log
        $table = $files | Format-Table | Out-String -Width 200

        $table | Should -Match 'Peer\s+LastWriteTime\s+Length\s+SharePath'
        $table | Should -Match 'nas\s+2020-01-01 00:00\s+2.0 KB\s+share/logs/small.log'
        ($files | Measure-Object Length -Sum).Sum | Should -Be 8002000
        ($files | Sort-Object Length -Descending)[0].Name | Should -Be bigger.log
        $list = $files[0] | Format-List * | Out-String
        foreach ($property in 'Name', 'SharePath', 'Share', 'Length', 'LastWriteTime', 'Hash', 'Peer', 'NodeId', 'Online', 'AsOf') {
            $list | Should -Match "(?m)^$property\s+:"
        }
    }

    It 'shows what is there at the time of asking' {
        $null = New-TestFile "$($pair.Share)/new.txt" 'new'
        (Find-PeerFile new.txt).Length | Should -Be 3
        Remove-Item "$($pair.Share)/new.txt"
        Find-PeerFile new.txt | Should -BeNullOrEmpty
    }

    It 'shows no links' -Skip:$IsWindows {
        $null = New-Item -ItemType SymbolicLink -Path "$($pair.Share)/passwd" -Target /etc/passwd
        try {
            Find-PeerFile passwd | Should -BeNullOrEmpty
            $null = Get-TestFailure FileNotFound { Get-PeerFile nas share/passwd -Destination $pair.Root }
        }
        finally {
            Remove-Item "$($pair.Share)/passwd"
        }
    }

    It 'completes the names of peers' {
        Get-TestCompletion 'Find-PeerFile -Peer ' | Should -Be nas
    }

    It 'answers from what a peer has announced, also when it is gone' {
        $null = New-TestFile "$($pair.Root)/own/mine.txt" 'mine'
        $null = Start-PeerServer "$($pair.Root)/own" -Name laptop -ListenAddress 127.0.0.1 -Port 0
        $null = Find-PeerFile readme.txt
        Wait-Until { (Find-PeerFile -Cached).Count -eq 4 } 'the catalog of nas'
        $file = Find-PeerFile readme.txt -Cached

        $file.Online | Should -BeFalse
        $file.AsOf | Should -BeOfType datetime
        $file.AsOf | Should -BeGreaterThan (Get-Date).AddMinutes(-5)
        $file.Peer | Should -Be nas
        $file | Format-Table | Out-String -Width 200 | Should -Match 'nas \(stored\)'
        $file | Format-List | Out-String | Should -Match '(?m)^AsOf\s+:\s+\S'
        (Find-PeerFile readme.txt).AsOf | Should -BeNullOrEmpty
        $file | Get-PeerFile -Destination "$($pair.Root)/cached/"
        [IO.File]::ReadAllText("$($pair.Root)/cached/readme.txt") | Should -Be hello

        Use-TestHome $pair.NasHome { Stop-PeerServer -Force }
        Stop-PeerServer -Force
        $found = @(Find-PeerFile readme.txt -ErrorAction SilentlyContinue -ErrorVariable failed)
        $found.SharePath | Should -Be share/readme.txt
        $found.Online | Should -BeFalse
        $failed.Count | Should -Be 1
        (Find-PeerFile -Cached).Count | Should -Be 4
    }
}
