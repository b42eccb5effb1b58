BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Share)/readme.txt" 'hello'
    $null = New-TestFile "$($pair.Share)/logs/small.log" 2000
    $null = New-TestFile "$($pair.Share)/logs/big.log" 3000000
    $null = New-TestFile "$($pair.Share)/logs/old/bigger.log" 5000000
    $null = New-TestFile "$($pair.Share)/logs/old/empty.log" ''
    $null = New-TestFile "$($pair.Share)/slow/slow.bin" 64000000
    $null = New-TestFile "$($pair.Share)/slow/quick.txt" 'quick'
    $oddNames = '[a].txt', '-dash.txt', 'two words.txt', '보고서 😀.txt', '$(name).txt', 'back`tick.txt', '.hidden'
    foreach ($name in $oddNames) {
        $null = New-TestFile "$($pair.Share)/odd/$name" $name
    }
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Get-PeerFile' {
    BeforeEach {
        $to = New-TestFolder
    }

    AfterEach {
        Remove-TestFolder $to
    }

    Context 'from a search' {
        It 'fetches what the pipeline lets through, with the folders below the share' {
            $transfers = @(Find-PeerFile *.log | Where-Object Length -GT 1MB | Get-PeerFile -Destination $to)

            Get-TestTree $to | Should -Be 'logs/big.log', 'logs/old/bigger.log'
            $transfers.Status | Should -Be Completed, Completed
            foreach ($transfer in $transfers) {
                (Get-FileHash -LiteralPath $transfer.LocalPath).Hash |
                    Should -Be (Get-FileHash -LiteralPath ($transfer.SharePath -replace '^share', $pair.Share)).Hash
            }
        }

        It 'finds nothing changed the second time' {
            $null = Find-PeerFile *.log | Get-PeerFile -Destination $to
            $stamp = (Get-Item "$to/logs/big.log").LastWriteTimeUtc

            $again = @(Find-PeerFile *.log | Get-PeerFile -Destination $to)

            $again.Count | Should -Be 4
            $again.Status | Select-Object -Unique | Should -Be Unchanged
            ($again | Measure-Object BytesTransferred -Sum).Sum | Should -Be 0
            (Get-Item "$to/logs/big.log").LastWriteTimeUtc | Should -Be $stamp
        }

        It 'takes files as an argument too' {
            $files = Find-PeerFile big*.log

            (Get-PeerFile -InputObject $files -Destination $to -Flatten).Name | Sort-Object | Should -Be big.log, bigger.log
            Get-TestTree $to | Should -Be 'big.log', 'bigger.log'
        }

        It 'is a folder even for one piped file' {
            $null = Find-PeerFile readme.txt | Get-PeerFile -Destination "$to/new"

            Get-TestTree $to | Should -Be 'new/readme.txt'
        }

        It 'keeps every name as it is' {
            $transfers = @(Find-PeerFile -Path 'share/odd/*' | Get-PeerFile -Destination $to -Flatten)

            $transfers.Count | Should -Be $oddNames.Count
            $transfers.Name | Sort-Object | Should -Be ($oddNames | Sort-Object)
            foreach ($transfer in $transfers) {
                # Get-Item and Get-Content bind PSPath and take it literally.
                ($transfer | Get-Item -Force).Name | Should -Be $transfer.Name
                $transfer | Get-Content -Raw | Should -Be $transfer.Name
            }
        }

        It 'writes what is done while the rest still runs, and stops when the next command has enough' {
            $watch = [Diagnostics.Stopwatch]::StartNew()

            # 64 MB at 1 MB/s take over a minute.
            $first = Find-PeerFile -Path 'share/slow/*' | Sort-Object Length |
                Get-PeerFile -Destination $to -RateLimit 1MB | Select-Object -First 1

            $watch.Elapsed.TotalSeconds | Should -BeLessThan 40
            $first.Name | Should -Be quick.txt
            "$to/slow/slow.bin" | Should -Not -Exist
        }
    }

    Context 'by path' {
        # What a path brings, and where it lands.
        It 'lands <Path> as <Expected>' -ForEach @(
            @{ Path = 'share/readme.txt'; With = @{}; End = '/'; Expected = 'to/readme.txt' }
            @{ Path = 'share/readme.txt'; With = @{}; End = ''; Expected = 'to' }
            @{ Path = 'share/logs/big.log', 'share/readme.txt'; With = @{}; End = ''; Expected = 'to/big.log', 'to/readme.txt' }
            @{ Path = 'share/logs/*.log'; With = @{}; End = ''; Expected = 'to/big.log', 'to/small.log' }
            @{ Path = 'share/*/old/big*'; With = @{}; End = ''; Expected = 'to/logs/old/bigger.log' }
            @{ Path = 'share/logs'; With = @{ Recurse = $true }; End = ''; Expected = 'to/big.log', 'to/old/bigger.log', 'to/old/empty.log', 'to/small.log' }
            @{ Path = 'share/logs'; With = @{ Recurse = $true; Flatten = $true }; End = ''; Expected = 'to/big.log', 'to/bigger.log', 'to/empty.log', 'to/small.log' }
        ) {
            $null = Get-PeerFile -Peer nas -Path $Path -Destination "$to/to$End" @With

            Get-TestTree $to | Should -Be $Expected
        }

        It 'gives the file the name that the destination ends in' {
            $transfer = Get-PeerFile nas share/readme.txt -Destination "$to/renamed.txt"

            $transfer.LocalPath | Should -Be "$to/renamed.txt"
            Get-Content "$to/renamed.txt" | Should -Be hello
        }

        It 'fetches into the current location, wherever the process is' {
            Push-Location $to
            try {
                $null = Get-PeerFile nas share/readme.txt
                $null = Get-PeerFile nas share/readme.txt -Destination deep/copy.txt
            }
            finally {
                Pop-Location
            }

            Get-TestTree $to | Should -Be 'deep/copy.txt', 'readme.txt'
        }

        It 'fetches over a drive of the session' {
            $null = New-PSDrive -Name Fetched -PSProvider FileSystem -Root $to -Scope Global
            try {
                $null = Get-PeerFile nas share/readme.txt -Destination 'Fetched:/in/'
            }
            finally {
                Remove-PSDrive Fetched -Scope Global
            }

            Get-TestTree $to | Should -Be 'in/readme.txt'
        }

        It 'takes the peer as <Kind>' -ForEach @(
            @{ Kind = 'a name'; Peer = { 'nas' } }
            @{ Kind = 'a node id'; Peer = { $pair.Nas.NodeId } }
            @{ Kind = 'host:port'; Peer = { "127.0.0.1:$($pair.Nas.Port)" } }
            @{ Kind = 'a Peer'; Peer = { Get-Peer nas } }
            @{ Kind = 'a PeerServer'; Peer = { Use-TestHome $pair.NasHome { Get-PeerServer } } }
        ) {
            (Get-PeerFile -Peer (& $Peer) -Path share/readme.txt -Destination $to).Status | Should -Be Completed
        }
    }

    Context 'by hash' {
        It 'fetches the content, whatever its name' {
            $hash = (Get-PeerFile nas share/logs/small.log -Destination "$to/first").Hash

            $transfer = Get-PeerFile -Hash $hash -Destination "$to/second"

            $transfer.Hash | Should -Be $hash
            (Get-FileHash "$to/second").Hash | Should -Be (Get-FileHash "$($pair.Share)/logs/small.log").Hash
        }

        It 'says so when nobody has it, and when it is no hash' {
            $null = Get-TestFailure FileNotFound { Get-PeerFile -Hash ('0' * 64) -Destination $to } ('0' * 64)
            $null = Get-TestFailure HashInvalid { Get-PeerFile -Hash abc -Destination $to } abc
        }
    }

    Context 'what is there already' {
        BeforeEach {
            $null = New-TestFile "$to/readme.txt" 'mine'
        }

        It 'is never overwritten unasked' {
            $failure = Get-TestFailure DestinationExists { Get-PeerFile nas share/readme.txt -Destination $to }

            $failure.TargetObject.GetType().Name | Should -Be PeerTransfer
            $failure.TargetObject.Status | Should -Be Failed
            $failure.TargetObject.SharePath | Should -Be share/readme.txt
            $failure.TargetObject.LocalPath | Should -Be "$to/readme.txt"
            $failure.CategoryInfo.Category | Should -Be ResourceExists
            Get-Content "$to/readme.txt" | Should -Be mine
        }

        It 'is replaced by -Force' {
            (Get-PeerFile nas share/readme.txt -Destination $to -Force).Status | Should -Be Completed
            Get-Content "$to/readme.txt" | Should -Be hello
        }

        It 'is kept beside the new file by -NewName' {
            (Get-PeerFile nas share/readme.txt -Destination $to -NewName).LocalPath | Should -Be "$to/readme (2).txt"
            Get-Content "$to/readme.txt" | Should -Be mine
            Get-Content "$to/readme (2).txt" | Should -Be hello
        }

        It 'does not go with both' {
            { Get-PeerFile nas share/readme.txt -Destination $to -Force -NewName } | Should -Throw '*-NewName*'
        }

        It 'costs one error and the others go on' {
            $transfers = @(Find-PeerFile readme.txt, small.log |
                    Get-PeerFile -Destination $to -ErrorAction SilentlyContinue -ErrorVariable failures)

            $transfers.Name | Should -Be small.log
            $failures.Count | Should -Be 1
            $failures[0].TargetObject.Name | Should -Be readme.txt
        }

        It 'ends the pipeline under -ErrorAction Stop' {
            $wentOn = $false
            $caught = $null
            try {
                $null = Get-PeerFile nas share/readme.txt, share/logs/small.log -Destination $to -ErrorAction Stop
                $wentOn = $true
            }
            catch {
                $caught = $_
            }

            $wentOn | Should -BeFalse
            $caught.FullyQualifiedErrorId | Should -BeLike 'DestinationExists,*'
        }
    }

    Context 'options' {
        It 'keeps the time of the source, unless told otherwise' {
            $written = [datetime]::new(2020, 2, 29, 12, 30, 0, [DateTimeKind]::Utc)
            (Get-Item "$($pair.Share)/readme.txt").LastWriteTimeUtc = $written

            $null = Get-PeerFile nas share/readme.txt -Destination "$to/kept"
            $null = Get-PeerFile nas share/readme.txt -Destination "$to/new" -NoTimestamp

            (Get-Item "$to/kept").LastWriteTimeUtc | Should -Be $written
            (Get-Item "$to/new").LastWriteTimeUtc | Should -BeGreaterThan ([datetime]::UtcNow.AddHours(-1))
        }

        It 'takes -Durable, -ThrottleLimit and sizes as PowerShell writes them' {
            $transfers = @(Get-PeerFile nas share/logs -Recurse -Destination $to -Durable -ThrottleLimit 1 -MaxSources 2 -RateLimit 100MB)

            $transfers.Status | Select-Object -Unique | Should -Be Completed
            $transfers.Count | Should -Be 4
        }

        It 'limits the rate' {
            # 3 MB at 1 MB/s; a limiter may let some run ahead, but not two thirds.
            $transfer = Get-PeerFile nas share/logs/big.log -Destination $to -RateLimit 1MB

            $transfer.Duration.TotalSeconds | Should -BeGreaterThan 1
        }

        It 'lists names with sizes and copies nothing with -WhatIf' {
            $said = Invoke-TestProcess $pair.LaptopHome 'Find-PeerFile *.log | Get-PeerFile -Destination $with.To -WhatIf' @{ To = $to }

            $said.ExitCode | Should -Be 0
            $said.Output.Count | Should -Be 4
            $said.Output -match 'Copy 4.8 MB to .*nas:share/logs/old/bigger.log' | Should -HaveCount 1
            Get-TestTree $to | Should -BeNullOrEmpty
        }

        It 'asks nothing with -Confirm:$false' {
            $said = Invoke-TestProcess $pair.LaptopHome '(Get-PeerFile nas share/readme.txt -Destination $with.To -Confirm:$false).Status' @{ To = $to }

            $said.Output | Should -Be Completed
        }

        It 'tells its steps with -Verbose' {
            $lines = Get-PeerFile nas share/readme.txt -Destination $to -Verbose 4>&1 |
                Where-Object { $_ -is [Management.Automation.VerboseRecord] }

            $lines | Should -Not -BeNullOrEmpty
            "$lines" | Should -Match 'readme.txt'
        }
    }

    Context 'errors' {
        It 'names <Id> for <Peer> <Path>' -ForEach @(
            @{ Id = 'PeerNotFound'; Peer = 'nobody'; Path = 'share/readme.txt'; Target = 'nobody' }
            @{ Id = 'FileNotFound'; Peer = 'nas'; Path = 'share/nothing.txt'; Target = 'share/nothing.txt' }
            @{ Id = 'FileNotFound'; Peer = 'nas'; Path = 'nowhere/readme.txt'; Target = 'nowhere/readme.txt' }
            @{ Id = 'FileNotFound'; Peer = 'nas'; Path = 'share/../readme.txt'; Target = 'share/../readme.txt' }
            @{ Id = 'NoMatch'; Peer = 'nas'; Path = 'share/*.zip'; Target = 'share/*.zip' }
        ) {
            $null = Get-TestFailure $Id { Get-PeerFile -Peer $Peer -Path $Path -Destination $to } $Target
            Get-TestTree $to | Should -BeNullOrEmpty
        }

        It 'refuses a destination outside the file system' {
            $null = Get-TestFailure PathNotFileSystem { Get-PeerFile nas share/readme.txt -Destination Env:here }
        }

        It 'refuses a destination below a file' {
            $null = New-TestFile "$to/file" 'a file'
            $failure = Get-TestFailure DestinationInvalid { Get-PeerFile nas share/readme.txt -Destination "$to/file/below.txt" }

            $failure.ErrorDetails.RecommendedAction | Should -Match 'folder'
        }

        It 'tells what failed of a list and fetches the rest' {
            $transfers = @(Get-PeerFile nas share/readme.txt, share/nothing.txt, share/logs/small.log -Destination $to `
                    -ErrorAction SilentlyContinue -ErrorVariable failures)

            $transfers.Name | Sort-Object | Should -Be readme.txt, small.log
            $failures.Count | Should -Be 1
            $failures[0].FullyQualifiedErrorId | Should -BeLike 'FileNotFound,*'
        }
    }

    Context 'stopping' {
        It 'ends at Ctrl+C, leaves nothing under the final name, and works again afterwards' {
            $pipeline = Start-TestPipeline 'Get-PeerFile nas share/slow/slow.bin -Destination $with.To -RateLimit 2MB' @{ To = "$to/slow.bin" }
            Wait-TestTransfer $pipeline

            Stop-TestPipeline $pipeline | Should -BeTrue
            "$to/slow.bin" | Should -Not -Exist
            (Get-PeerFile nas share/slow/quick.txt -Destination $to).Status | Should -Be Completed
        }

        It 'ends when a later command breaks off' {
            $seen = foreach ($one in 1) {
                Get-PeerFile nas share/readme.txt, share/slow/slow.bin -Destination $to -RateLimit 1MB | ForEach-Object {
                    $_.Name
                    break
                }
            }

            $seen | Should -Be readme.txt
            "$to/slow.bin" | Should -Not -Exist
        }
    }

    Context 'progress' {
        It 'shows one line a transfer under one parent, with rate and remaining time, and takes them away' {
            $pipeline = Start-TestPipeline 'Get-PeerFile nas share/logs/big.log -Destination $with.To -RateLimit 1MB' @{ To = $to }
            $null = $pipeline.Running.AsyncWaitHandle.WaitOne(60000)
            $records = @($pipeline.Shell.Streams.Progress)

            $records[0].Activity | Should -Be 'Fetching files'
            $children = @($records | Where-Object ParentActivityId -EQ $records[0].ActivityId)
            $children[-1].Activity | Should -Match big.log
            $shown = $children | Where-Object { $_.PercentComplete -gt 0 -and $_.PercentComplete -lt 100 } | Select-Object -First 1
            $shown.StatusDescription | Should -Match '^[\d.]+ .?B of 2.9 MB, [\d.]+ .?B/s$'
            $shown.SecondsRemaining | Should -BeGreaterOrEqual 0
            foreach ($activity in $records | Group-Object ActivityId) {
                $activity.Group[-1].RecordType | Should -Be Completed
            }

            $null = Stop-TestPipeline $pipeline
        }
    }

    Context 'what is shown' {
        BeforeAll {
            $shownTo = New-TestFolder
            $shown = @(Get-PeerFile nas share/logs -Recurse -Destination $shownTo)
        }

        AfterAll {
            Remove-TestFolder $shownTo
        }

        It 'shows sizes, rates and times for people in the table' {
            $table = $shown | Sort-Object Length | Format-Table | Out-String -Width 200

            $table | Should -Match 'Status\s+Peer\s+Length\s+Rate\s+Duration\s+Name'
            $table | Should -Match 'Completed\s+nas\s+4.8 MB\s+[\d.]+ .?B/s\s+[\d.]+ m?s\s+bigger.log'
        }

        It 'shows every property in Format-List *' {
            $list = $shown[0] | Format-List * | Out-String
            foreach ($property in 'Id', 'Direction', 'Name', 'LocalPath', 'PSPath', 'SharePath', 'Peer', 'Length', 'BytesTransferred',
                'BytesReused', 'Hash', 'Status', 'StartTime', 'Duration', 'BytesPerSecond', 'Sources', 'Error') {
                $list | Should -Match "(?m)^$property\s+:"
            }
        }

        It 'keeps numbers numbers' {
            ($shown | Measure-Object Length -Sum).Sum | Should -Be 8002000
            ($shown | Sort-Object Length).Name | Should -Be empty.log, small.log, big.log, bigger.log
            $shown[0].Length | Should -BeOfType long
            $shown[0].PSObject.Properties['Path'] | Should -BeNullOrEmpty
        }
    }

    It 'completes the names of peers and never asks the network' {
        Get-TestCompletion 'Get-PeerFile -Peer n' | Should -Be nas
    }
}
