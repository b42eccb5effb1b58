BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair

    # A second receiver, so that one command can send to two.
    $backupHome = "$($pair.Root)/backup-home"
    $backup = Start-TestNode $backupHome @{ Name = 'backup'; Inbox = "$($pair.Root)/backup-inbox" }
    $ticket = Use-TestHome $backupHome { New-PeerTicket -Allow Browse, Read, Write }
    $null = Add-Peer -Ticket "$ticket"

    # What lies in this node's own folder of an inbox.
    function Get-Arrived([string] $Inbox = $pair.Inbox) {
        Get-TestTree $Inbox | ForEach-Object { ($_ -split '/', 2)[1] }
    }
}

AfterAll {
    if ($backup) {
        $null = Stop-TestNode $backup
    }

    Stop-TestPair $pair
}

Describe 'Send-PeerFile' {
    BeforeEach {
        $from = New-TestFolder
        $null = New-TestFile "$from/one.txt" 'one'
        $null = New-TestFile "$from/two.log" 1500000
        $null = New-TestFile "$from/deep/three.txt" 'three'
        # Each test looks at its own files.
        $folder = [guid]::NewGuid().ToString('n')
    }

    AfterEach {
        Remove-TestFolder $from
    }

    It 'puts a file into this node''s folder of the inbox' {
        $transfer = Send-PeerFile "$from/two.log" nas -Destination $folder

        $transfer.Status | Should -Be Completed
        $transfer.Direction | Should -Be Send
        $transfer.Peer | Should -Be nas
        $transfer.LocalPath | Should -Be "$from/two.log"
        $arrived = Get-ChildItem -LiteralPath $pair.Inbox -Recurse -File -Filter two.log | Where-Object FullName -Match $folder
        (Get-FileHash -LiteralPath $arrived.FullName).Hash | Should -Be (Get-FileHash "$from/two.log").Hash
        # One folder a peer, named from the receiver's own book.
        $name = Use-TestHome $pair.NasHome { (Get-Peer).Name }
        (Get-ChildItem $pair.Inbox -Directory).Name | Should -BeLike "*$name*"
    }

    It 'takes files and folders from Get-ChildItem' {
        $null = New-TestFile "$from/[a].txt" 'brackets'

        $transfers = @(Get-ChildItem $from -File | Send-PeerFile -Peer nas -Destination $folder)

        $transfers.Count | Should -Be 3
        Get-Arrived | Should -Contain "$folder/[a].txt"

        (Get-ChildItem $from | Send-PeerFile -Peer nas -Destination "$folder/all" -Recurse).Count | Should -Be 4
        Get-Arrived | Should -Contain "$folder/all/deep/three.txt"
    }

    It 'takes paths with wildcards, and literal ones without' {
        $null = New-TestFile "$from/[a].txt" 'brackets'
        $null = New-TestFile "$from/a.txt" 'plain'

        (Send-PeerFile -LiteralPath "$from/[a].txt" -Peer nas -Destination "$folder/1").Name | Should -Be '[a].txt'
        (Send-PeerFile -Path "$from/[a].txt" -Peer nas -Destination "$folder/2").Name | Should -Be a.txt
        (Send-PeerFile -Path "$from/*.txt" -Peer nas -Destination "$folder/3").Name | Sort-Object | Should -Be '[a].txt', 'a.txt', 'one.txt'
    }

    It 'resolves relative paths from the current location' {
        Push-Location "$from/deep"
        try {
            (Send-PeerFile three.txt, ../one.txt -Peer nas -Destination $folder).Name | Sort-Object | Should -Be one.txt, three.txt
        }
        finally {
            Pop-Location
        }
    }

    It 'sends a folder with -Recurse and only then' {
        $null = Get-TestFailure PathIsFolder { Send-PeerFile $from nas -Destination $folder } $from
        Get-Arrived | Should -Not -Contain "$folder/one.txt"

        $null = Send-PeerFile $from nas -Destination $folder -Recurse
        $name = Split-Path $from -Leaf
        Get-Arrived | Where-Object { $_ -like "$folder/*" } | Should -Be "$folder/$name/deep/three.txt", "$folder/$name/one.txt", "$folder/$name/two.log"
    }

    It 'lets Remove-Item remove exactly what was delivered' {
        $gone = Use-TestHome $pair.NasHome { Set-Peer * -Allow Browse, Read }
        try {
            Send-PeerFile "$from/one.txt" nas -Destination $folder -ErrorAction SilentlyContinue -ErrorVariable failures | Remove-Item
        }
        finally {
            $null = Use-TestHome $pair.NasHome { Set-Peer $gone.Name -Allow Browse, Read, Write }
        }

        $failures[0].FullyQualifiedErrorId | Should -BeLike 'PushRefused,*'
        "$from/one.txt" | Should -Exist

        $null = New-TestFile "$from/[one].txt" 'brackets'
        Send-PeerFile "$from/*one*.txt", "$from/nothing.txt" nas -Destination $folder -ErrorAction SilentlyContinue | Remove-Item
        Get-TestTree $from | Should -Be 'deep/three.txt', 'two.log'
        Get-Arrived | Where-Object { $_ -like "$folder/*" } | Should -Be "$folder/[one].txt", "$folder/one.txt"
    }

    It 'is unchanged the second time, and never overwrites' {
        $null = Send-PeerFile "$from/one.txt" nas -Destination $folder

        (Send-PeerFile "$from/one.txt" nas -Destination $folder).Status | Should -Be Unchanged

        $null = New-TestFile "$from/one.txt" 'other'
        (Send-PeerFile "$from/one.txt" nas -Destination $folder).Status | Should -Be Completed
        Get-Arrived | Where-Object { $_ -like "$folder/*" } | Should -Be "$folder/one (2).txt", "$folder/one.txt"
    }

    It 'sends to several peers at once' {
        $transfers = @(Get-ChildItem $from -File | Send-PeerFile -Peer nas, backup -Destination $folder)

        $transfers.Count | Should -Be 4
        ($transfers | Group-Object Peer).Name | Sort-Object | Should -Be backup, nas
        Get-Arrived "$($pair.Root)/backup-inbox" | Should -Contain "$folder/two.log"
        Get-Arrived | Should -Contain "$folder/two.log"
    }

    It 'charges a dead peer one error a file and serves the others' {
        $nobody = Use-TestHome "$($pair.Root)/nobody-home" { Get-PeerIdentity }
        $null = Add-Peer -NodeId $nobody.NodeId -Name dead -Address 127.0.0.1:1
        try {
            $transfers = @(Send-PeerFile "$from/one.txt" -Peer dead, nas -Destination $folder -TimeoutSec 5 `
                    -ErrorAction SilentlyContinue -ErrorVariable failures)
        }
        finally {
            Remove-Peer dead
        }

        $transfers.Peer | Should -Be nas
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'PeerUnreachable,*'
        $failures[0].TargetObject.Peer | Should -Be dead
        $failures[0].ErrorDetails.RecommendedAction | Should -Not -BeNullOrEmpty
    }

    It 'ends at the first failure under -ErrorAction Stop' {
        { Send-PeerFile "$from/nothing.txt", "$from/one.txt" nas -Destination $folder -ErrorAction Stop } |
            Should -Throw -ErrorId 'PathNotFound,*'
        Get-Arrived | Should -Not -Contain "$folder/one.txt"
    }

    It 'names <Id> for <What>' -ForEach @(
        @{ Id = 'PathNotFound'; What = 'a path where nothing is'; Script = { Send-PeerFile "$from/nothing.txt" nas } }
        @{ Id = 'PathNotFound'; What = 'a literal path where nothing is'; Script = { Send-PeerFile -LiteralPath "$from/*.txt" -Peer nas } }
        @{ Id = 'PathNotFileSystem'; What = 'another provider'; Script = { Send-PeerFile Env:PATH nas } }
        @{ Id = 'PeerNotFound'; What = 'a name that is in no book'; Script = { Send-PeerFile "$from/one.txt" nobody } }
    ) {
        $null = Get-TestFailure $Id $Script
    }

    It 'keeps other providers'' items out of the pipeline' {
        $null = Get-TestFailure PathNotFileSystem { Get-Item Env:PATH | Send-PeerFile -Peer nas }
    }

    It 'refuses a destination that leaves the inbox' {
        $null = Get-TestFailure DestinationInvalid { Send-PeerFile "$from/*.*" nas -Destination '../outside' } '../outside'

        "$($pair.Root)/outside" | Should -Not -Exist
    }

    It 'refuses in the inbox what leaks credentials when it is looked at' {
        $null = New-TestFile "$from/link.url" '[InternetShortcut]'

        $null = Get-TestFailure NameRefused { Send-PeerFile "$from/link.url" nas -Destination $folder }
    }

    It 'sends names as they are' {
        $names = '보고서 😀.txt', '-dash.txt', 'two words.txt', '.hidden'
        foreach ($name in $names) {
            $null = New-TestFile "$from/odd/$name" $name
        }

        (Get-ChildItem "$from/odd" -File -Force | Send-PeerFile -Peer nas -Destination $folder).Count | Should -Be 4
        foreach ($name in $names) {
            Get-Arrived | Should -Contain "$folder/$name"
        }
    }

    It 'lists names with sizes and sends nothing with -WhatIf' {
        $said = Invoke-TestProcess $pair.LaptopHome 'Send-PeerFile $with.From -Recurse nas, backup -Destination $with.To -WhatIf' @{ From = $from; To = $folder }

        $said.ExitCode | Should -Be 0
        $said.Output.Count | Should -Be 3
        $said.Output -match 'Send 1.4 MB to nas, backup.*two.log' | Should -HaveCount 1
        Get-Arrived | Where-Object { $_ -like "$folder/*" } | Should -BeNullOrEmpty
    }

    It 'takes limits' {
        (Send-PeerFile "$from/*.*" nas -Destination $folder -RateLimit 10MB -ThrottleLimit 1 -TimeoutSec 10 -Confirm:$false).Count | Should -Be 2
    }

    It 'ends at Ctrl+C and shows no half file' {
        $null = New-TestFile "$from/slow.bin" 64000000
        $pipeline = Start-TestPipeline 'Send-PeerFile $with.From -Peer nas -Destination $with.To -RateLimit 2MB' @{ From = "$from/slow.bin"; To = $folder }
        Wait-TestTransfer $pipeline

        Stop-TestPipeline $pipeline | Should -BeTrue
        Get-Arrived | Should -Not -Contain "$folder/slow.bin"
        (Send-PeerFile "$from/one.txt" nas -Destination $folder).Status | Should -Be Completed
    }

    It 'stops when the next command has enough' {
        $null = New-TestFile "$from/slow.bin" 64000000
        $watch = [Diagnostics.Stopwatch]::StartNew()

        $first = Send-PeerFile "$from/one.txt", "$from/slow.bin" nas -Destination $folder -RateLimit 1MB | Select-Object -First 1

        $watch.Elapsed.TotalSeconds | Should -BeLessThan 40
        $first.Name | Should -Be one.txt
        Get-Arrived | Should -Not -Contain "$folder/slow.bin"
    }

    It 'completes the names of peers' {
        Get-TestCompletion 'Send-PeerFile x -Peer ' | Should -Be backup, nas
    }
}
