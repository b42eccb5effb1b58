<#
    Trust over SSH remoting to the same machine. The tests bring an sshd of their own on loopback, with keys of their
    own; where sshd, ssh-keygen or pwsh is missing, they say so and are skipped.
#>
BeforeDiscovery {
    $sshd = Get-Command sshd, /usr/sbin/sshd -CommandType Application -ErrorAction Ignore | Select-Object -First 1
    $canRemote = $IsLinux -and $sshd -and (Get-Command ssh-keygen -ErrorAction Ignore) -and (Get-Command ssh -ErrorAction Ignore) -and (Get-Command pwsh -ErrorAction Ignore)
}

Describe 'Add-Peer -Session' -Skip:(-not $canRemote) {
    BeforeAll {
        Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
        $pair = Start-TestPair
        $folder = New-TestFolder
        $sshd = (Get-Command sshd, /usr/sbin/sshd -CommandType Application -ErrorAction Ignore | Select-Object -First 1).Source
        & ssh-keygen -q -t ed25519 -N '' -f "$folder/host"
        & ssh-keygen -q -t ed25519 -N '' -f "$folder/user"
        Copy-Item "$folder/user.pub" "$folder/authorized"
        $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
        $listener.Start()
        $sshPort = $listener.LocalEndpoint.Port
        $listener.Stop()
        @"
Port $sshPort
ListenAddress 127.0.0.1
HostKey $folder/host
AuthorizedKeysFile $folder/authorized
PidFile $folder/pid
StrictModes no
UsePAM no
PermitRootLogin prohibit-password
PasswordAuthentication no
Subsystem powershell $((Get-Command pwsh).Source) -sshs -NoLogo -NoProfile
"@ | Set-Content "$folder/config"
        if (-not (Test-Path /run/sshd) -and (id -u) -eq 0) { $null = New-Item /run/sshd -ItemType Directory }
        $daemon = Start-Process $sshd -ArgumentList '-D', '-f', "$folder/config", '-E', "$folder/log" -PassThru
        Wait-Until { try { [Net.Sockets.TcpClient]::new('127.0.0.1', $sshPort).Dispose(); $true } catch { $false } } 'sshd'

        function New-NasSession([string] $NodeHome) {
            $session = New-PSSession -HostName 127.0.0.1 -Port $sshPort -KeyFilePath "$folder/user" -Options @{
                StrictHostKeyChecking = 'no'; UserKnownHostsFile = '/dev/null'; LogLevel = 'ERROR'
            }
            $manifest = (Get-Module PSPeerShare).Path -replace 'dll$', 'psd1'
            Invoke-Command $session { $env:PSPEERSHARE_HOME = $using:NodeHome; Import-Module $using:manifest }
            $session
        }
    }

    AfterAll {
        Get-PSSession | Remove-PSSession
        if ($daemon) { Stop-Process -Id $daemon.Id }
        Stop-TestPair $pair
        Remove-TestFolder $folder
    }

    It 'gives both books their entry, and both nodes find each other' {
        $guest = "$($pair.Root)/admin"
        $session = New-NasSession $pair.NasHome
        Use-TestHome $guest {
            Add-Peer -Session $session -WhatIf
            Get-Peer | Should -BeNullOrEmpty

            $peer = Add-Peer -Session $session -Allow Browse
            $peer.NodeId | Should -Be $pair.Nas.NodeId
            $peer.Name | Should -Be nas
            $peer.Allow | Should -Be Browse
            $there = Use-TestHome $pair.NasHome { Get-Peer -NodeId (Use-TestHome $guest { Get-PeerIdentity }).NodeId }
            $there.Allow | Should -Be 'Browse, Read'
            (Test-Peer -Peer nas).Reachable | Should -BeTrue

            # Once more changes nothing and is no error.
            (Add-Peer -Session $session -Allow Browse).Name | Should -Be nas
            @(Get-Peer).Count | Should -Be 1
        }
    }

    It 'takes many sessions at once, and one that cannot be used is one error' {
        $guest = "$($pair.Root)/admin2"
        $first = New-NasSession $pair.NasHome
        $second = New-NasSession "$($pair.Root)/second-home"
        $closed = New-NasSession "$($pair.Root)/third-home"
        Remove-PSSession $closed
        Use-TestHome $guest {
            $added = @(Add-Peer -Session $first, $closed, $second -ErrorAction SilentlyContinue -ErrorVariable failures)
            $added.Count | Should -Be 2
            @($failures | Where-Object { $_.FullyQualifiedErrorId -like 'SessionUnusable*' }).Count | Should -Be 1
            @(Get-Peer).Count | Should -Be 2
        }
    }
}
