BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $former = $env:PSPEERSHARE_HOME
    $local = @{ ListenAddress = '127.0.0.1'; Port = 0 }
}

AfterAll {
    $env:PSPEERSHARE_HOME = $former
}

Describe 'Start-PeerServer' {
    BeforeEach {
        $root = New-TestFolder
        $env:PSPEERSHARE_HOME = "$root/home"
        $null = New-TestFile "$root/one/a.txt" 'a'
        $null = New-TestFile "$root/two/b.txt" 'b'
        $null = New-TestFile "$root/in [brackets]/three/c.txt" 'c'
    }

    AfterEach {
        Stop-PeerServer -Force -ErrorAction Ignore
        Remove-TestFolder $root
    }

    Context 'in this process' {
        It 'tells what runs' {
            $server = Start-PeerServer "$root/one", "$root/two" -Name here -Inbox "$root/inbox" @local

            $server.Name | Should -Be here
            $server.State | Should -Be Running
            $server.Port | Should -BeGreaterThan 0
            $server.Endpoints | Should -Be "127.0.0.1:$($server.Port)"
            $server.Shares.Name | Should -Be one, two
            $server.Inbox | Should -Be "$root/inbox"
            $server.ProcessId | Should -Be $PID
            $server.NodeId | Should -Be (Get-PeerIdentity).NodeId
            "$root/inbox" | Should -Exist
        }

        It 'makes one server of piped paths' {
            $servers = @("$root/one", "$root/two" | Start-PeerServer @local)

            $servers.Count | Should -Be 1
            $servers[0].Shares.Name | Should -Be one, two
        }

        It 'takes folders from Get-Item by their literal path' {
            (Get-Item -LiteralPath "$root/in [brackets]/three", "$root/one" | Start-PeerServer @local).Shares.Name | Sort-Object | Should -Be one, three
        }

        It 'takes wildcards' {
            (Start-PeerServer "$root/*o*" @local -Confirm:$false).Shares.Name | Sort-Object | Should -Be one, two
        }

        It 'takes -LiteralPath without wildcards' {
            (Start-PeerServer -LiteralPath "$root/in [brackets]/three" @local).Shares.LocalPath | Should -Be "$root/in [brackets]/three"
        }

        It 'resolves relative paths from the current location' {
            Push-Location "$root/one"
            try {
                $server = Start-PeerServer ../two -Inbox in @local
            }
            finally {
                Pop-Location
            }

            $server.Shares.LocalPath | Should -Be "$root/two"
            $server.Inbox | Should -Be "$root/one/in"
        }

        It 'shares a single file under its own name alone' {
            $null = Start-PeerServer "$root/one/a.txt" @local

            (Get-PeerShare).SingleFile | Should -BeTrue
            (Find-PeerFile -IncludeSelf).SharePath | Should -Be a.txt
        }

        It 'listens on every address unless told otherwise' {
            $server = Start-PeerServer "$root/one" -Port 0

            foreach ($address in @('127.0.0.1') + @(if ([Net.Sockets.Socket]::OSSupportsIPv6) { '[::1]' })) {
                # This home's own node id answers; it is no peer, and that is the answer.
                (Test-Peer "${address}:$($server.Port)").ErrorId | Should -BeIn $null, PeerNotTrusted, PeerIsSelf
            }
        }

        It 'starts nothing with -WhatIf' {
            Start-PeerServer "$root/one" @local -WhatIf | Should -BeNullOrEmpty
            Get-PeerServer | Should -BeNullOrEmpty
        }

        It 'writes its log where -LogPath says, one JSON object a line, and no secret' {
            $null = Start-PeerServer "$root/one" @local -LogPath "$root/logs" -LogLevel Verbose -RateLimit 10MB
            $ticket = New-PeerTicket
            Stop-PeerServer

            $files = @(Get-ChildItem "$root/logs" -Filter *.json)
            $files.Count | Should -BeGreaterThan 0
            # The writer lags a little.
            Wait-Until { Get-Content $files.FullName } 'the log'
            foreach ($line in Get-Content $files.FullName) {
                { $line | ConvertFrom-Json -AsHashtable } | Should -Not -Throw
                $line | Should -Not -Match 'pspeer-secret'
            }

            "$ticket" | Should -BeLike 'pspeer-secret-1:*'
        }

        It 'forgets the shares of the run and keeps the lasting ones' {
            $null = Start-PeerServer "$root/one" @local
            $null = Add-PeerShare "$root/two"
            Stop-PeerServer

            (Start-PeerServer @local).Shares.Name | Should -Be two
        }

        It 'can start again after it stopped' {
            $first = Start-PeerServer "$root/one" @local
            Stop-PeerServer
            $second = Start-PeerServer "$root/two" @local

            $second.NodeId | Should -Be $first.NodeId
            $second.Shares.Name | Should -Be two
        }
    }

    Context 'errors' {
        It 'is one a home, in whichever process' {
            $node = Start-TestNode "$root/home" @{ Path = "$root/one" }
            try {
                $failure = Get-TestFailure ServerAlreadyRunning { Start-PeerServer "$root/two" @local }
                "$failure" | Should -Match $node.Process.Id
                (Get-PeerServer).Shares.Name | Should -Be one
            }
            finally {
                $null = Stop-TestNode $node
            }
        }

        It 'names the port that is taken' {
            $other = [Net.Sockets.TcpListener]::new([ipaddress]::Loopback, 0)
            $other.Start()
            try {
                $port = $other.LocalEndpoint.Port
                $failure = Get-TestFailure PortInUse { Start-PeerServer "$root/one" -ListenAddress 127.0.0.1 -Port $port }
                "$failure" | Should -Match $port
            }
            finally {
                $other.Stop()
            }

            # It does not half run.
            Get-PeerServer | Should -BeNullOrEmpty
            (Start-PeerServer "$root/one" @local).State | Should -Be Running
        }

        It 'names <Id> for <What>' -ForEach @(
            @{ Id = 'ListenAddressInvalid'; What = 'an address of another machine'; Script = { Start-PeerServer "$root/one" -ListenAddress 203.0.113.7 -Port 0 } }
            @{ Id = 'PathNotFound'; What = 'a path where nothing is'; Script = { Start-PeerServer "$root/nothing" @local } }
            @{ Id = 'PathNotFileSystem'; What = 'another provider'; Script = { Start-PeerServer Env: @local } }
            @{ Id = 'ShareNameInvalid'; What = 'a name that a path could mean something else by'; Script = { Start-PeerServer -LiteralPath (New-Item -ItemType Directory "$root/[x]").FullName @local } }
            @{ Id = 'ShareExists'; What = 'two folders of one name'; Script = { Start-PeerServer "$root/one", (New-Item -ItemType Directory "$root/two/one") @local } }
            @{ Id = 'DestinationInvalid'; What = 'an inbox that is a file'; Script = { Start-PeerServer "$root/one" -Inbox "$root/two/b.txt" @local } }
        ) {
            $null = Get-TestFailure $Id $Script
            Get-PeerServer | Should -BeNullOrEmpty
        }

        It 'shares nothing when one of the paths is missing, and ends the script' {
            $wentOn = $false
            try {
                $null = Start-PeerServer "$root/one", "$root/nothing" @local
                $wentOn = $true
            }
            catch {
                $_.FullyQualifiedErrorId | Should -BeLike 'PathNotFound,*'
            }

            $wentOn | Should -BeFalse
        }

        It 'does not start with a key that others can read' -Skip:$IsWindows {
            $null = Get-PeerIdentity
            $private = Get-ChildItem "$root/home/identity" -File | Where-Object { (Get-Content $_ -Raw) -match 'PRIVATE KEY' }
            & chmod 644 $private.FullName

            # A fresh process: this one has the identity in memory.
            $said = Invoke-TestProcess "$root/home" 'try { Start-PeerServer @with } catch { $_.Exception.ErrorId }' $local
            $said.Output | Should -Be IdentityUnsafe
        }
    }

    Context '-Wait' {
        It 'stays until Stop-PeerServer in another process, and ends with 0' {
            $node = Start-TestNode "$root/home" @{ Path = "$root/one" }
            (Get-PeerServer).ProcessId | Should -Be $node.Process.Id
            Stop-PeerServer

            $ended = Stop-TestNode $node
            $ended.ExitCode | Should -Be 0
            $ended.Errors | Should -BeNullOrEmpty
            Get-PeerServer | Should -BeNullOrEmpty
        }

        It 'ends with 0 when a service manager asks by SIGTERM' -Skip:$IsWindows {
            $node = Start-TestNode "$root/home" @{ Path = "$root/one" }
            & kill -TERM $node.Process.Id

            (Stop-TestNode $node).ExitCode | Should -Be 0
            Get-PeerServer | Should -BeNullOrEmpty
        }

        It 'ends at Ctrl+C and stops the server' {
            $pipeline = Start-TestPipeline 'Start-PeerServer -ListenAddress 127.0.0.1 -Port 0 -Wait'
            Wait-Until { $pipeline.Output.Count } 'the server'

            Stop-TestPipeline $pipeline | Should -BeTrue
            Get-PeerServer | Should -BeNullOrEmpty
        }
    }

    It 'does not keep the process of a script alive' {
        $said = Invoke-TestProcess "$root/home" '(Start-PeerServer @with).State' $local

        $said.Output | Should -Be Running
        $said.ExitCode | Should -Be 0
        Get-PeerServer | Should -BeNullOrEmpty
    }

    It 'is free again when the process that ran it was killed' {
        $node = Start-TestNode "$root/home" @{ Path = "$root/one" }
        $node.Process.Kill()
        $null = $node.Process.WaitForExit(30000)

        Get-PeerServer | Should -BeNullOrEmpty
        (Start-PeerServer "$root/two" @local).Shares.Name | Should -Be two
    }
}
