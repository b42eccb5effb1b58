BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $former = $env:PSPEERSHARE_HOME
}

AfterAll {
    $env:PSPEERSHARE_HOME = $former
}

Describe 'Stop-PeerServer' {
    Context 'of a node in another process' {
        BeforeAll {
            $pair = Start-TestPair
            $null = New-TestFile "$($pair.Share)/slow.bin" 12000000
        }

        AfterAll {
            Stop-TestPair $pair
        }

        It 'does not stop another one by name, and nothing with -WhatIf' {
            Use-TestHome $pair.NasHome {
                $null = Get-TestFailure ServerNotRunning { Stop-PeerServer -Name other } other
                Stop-PeerServer -WhatIf
                (Get-PeerServer).State | Should -Be Running
            }
        }

        It 'lets a running transfer finish' {
            $to = "$($pair.Root)/finished.bin"
            $pipeline = Start-TestPipeline 'Get-PeerFile nas share/slow.bin -Destination $with.To -RateLimit 4MB' @{ To = $to }
            Wait-TestTransfer $pipeline

            Use-TestHome $pair.NasHome { Get-PeerServer | Stop-PeerServer -TimeoutSec 60 }
            $null = $pipeline.Running.AsyncWaitHandle.WaitOne(60000)

            (Get-FileHash $to).Hash | Should -Be (Get-FileHash "$($pair.Share)/slow.bin").Hash
            $pipeline.Output.Status | Should -Be Completed
            $null = Stop-TestPipeline $pipeline
            (Stop-TestNode $pair.Nas).ExitCode | Should -Be 0
        }

        It 'cuts a running transfer off with -Force, and nothing half bears the name' {
            # A copy of the same content would be taken instead of fetching it again.
            Remove-Item "$($pair.Root)/*.bin"
            # The port is another one now; the peer book learns it.
            $pair.Nas = Start-TestNode $pair.NasHome @{ Path = $pair.Share }
            $null = Set-Peer nas -Address "127.0.0.1:$($pair.Nas.Port)"
            $to = "$($pair.Root)/cut.bin"
            $pipeline = Start-TestPipeline 'Get-PeerFile nas share/slow.bin -Destination $with.To -RateLimit 1MB' @{ To = $to }
            Wait-TestTransfer $pipeline

            Use-TestHome $pair.NasHome { Stop-PeerServer -Force }
            $pipeline.Running.AsyncWaitHandle.WaitOne(60000) | Should -BeTrue

            $pipeline.Shell.Streams.Error.Count | Should -Be 1
            $failure = $pipeline.Shell.Streams.Error[0]
            $failure.Exception.ErrorId | Should -BeIn PeerShuttingDown, ConnectionLost
            $failure.TargetObject.Status | Should -Not -Be Completed
            $to | Should -Not -Exist
            $null = Stop-TestPipeline $pipeline
        }
    }

    Context 'of a node in this process' {
        BeforeEach {
            $root = New-TestFolder
            $env:PSPEERSHARE_HOME = "$root/home"
        }

        AfterEach {
            Stop-PeerServer -Force -ErrorAction Ignore
            Remove-TestFolder $root
        }

        It 'says so when none runs' {
            $failure = Get-TestFailure ServerNotRunning { Stop-PeerServer }
            $failure.TargetObject | Should -Be "$root/home"
            $failure.CategoryInfo.Category | Should -Be ObjectNotFound
        }

        It 'takes a PeerServer from the pipeline, a name and a wildcard' {
            foreach ($stop in { Get-PeerServer | Stop-PeerServer }, { Stop-PeerServer here -Confirm:$false }, { Stop-PeerServer h* }) {
                $null = Start-PeerServer -Name here -Port 0 -ListenAddress 127.0.0.1
                & $stop | Should -BeNullOrEmpty
                Get-PeerServer | Should -BeNullOrEmpty
            }
        }

        It 'does not take the server of another home for this one' {
            $other = Start-TestNode "$root/other-home"
            try {
                $server = Use-TestHome "$root/other-home" { Get-PeerServer }
                $null = Get-TestFailure ServerNotRunning { $server | Stop-PeerServer } nas
                $null = Start-PeerServer -Port 0 -ListenAddress 127.0.0.1
                $null = Get-TestFailure ServerNotRunning { $server | Stop-PeerServer } nas
                (Get-PeerServer).State | Should -Be Running
            }
            finally {
                $null = Stop-TestNode $other
            }
        }
    }
}
