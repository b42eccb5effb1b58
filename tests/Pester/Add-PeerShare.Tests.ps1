BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Root)/extra/one.txt" 'one'
    $null = New-TestFile "$($pair.Root)/extra/skip.tmp" 'tmp'
    $null = New-TestFile "$($pair.Root)/in [brackets]/more/two.txt" 'two'

    function Use-Nas([scriptblock] $Script) {
        Use-TestHome $pair.NasHome $Script
    }
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Add-PeerShare' {
    AfterEach {
        Use-Nas { Get-PeerShare | Where-Object Persistent | Remove-PeerShare }
    }

    It 'is served at once by the node that runs in another process, and says what it is' {
        $share = Use-Nas { Add-PeerShare "$($pair.Root)/extra" }

        $share.Name | Should -Be extra
        $share.LocalPath | Should -Be "$($pair.Root)/extra"
        $share.Persistent | Should -BeTrue
        (Find-PeerFile -Path 'extra/*').Name | Sort-Object | Should -Be one.txt, skip.tmp
    }

    It 'takes another name' {
        $null = Use-Nas { Add-PeerShare "$($pair.Root)/extra" 'other name' }

        (Find-PeerFile one.txt).SharePath | Should -Be 'other name/one.txt'
    }

    It 'leaves out what -Exclude names' {
        $null = Use-Nas { Add-PeerShare "$($pair.Root)/extra" -Exclude *.tmp, *.bak }

        (Find-PeerFile -Path 'extra/*').Name | Should -Be one.txt
        $null = Get-TestFailure FileNotFound { Get-PeerFile nas extra/skip.tmp -Destination $pair.Root }
    }

    It 'shows a share to the peers of -Peer only' {
        $laptop = Use-Nas { Get-Peer }
        $null = Use-Nas { Add-Peer -NodeId (Use-TestHome "$($pair.Root)/nobody-home" { Get-PeerIdentity }).NodeId -Name somebody }
        $hidden = Use-Nas { Add-PeerShare "$($pair.Root)/extra" hidden -Peer somebody }
        $shown = Use-Nas { Add-PeerShare "$($pair.Root)/extra" shown -Peer $laptop, somebody }

        $hidden.Peers | Should -Be somebody
        $shown.Peers | Sort-Object | Should -Be (@($laptop.Name, 'somebody') | Sort-Object)
        (Find-PeerFile one.txt).Share | Should -Be shown
        # Denied and missing look the same.
        $null = Get-TestFailure FileNotFound { Get-PeerFile nas hidden/one.txt -Destination $pair.Root } hidden/one.txt
        Use-Nas { Remove-Peer somebody }
    }

    It 'takes items from the pipeline, literal paths, wildcards and relative ones' {
        $names = Use-Nas {
            (Get-Item -LiteralPath "$($pair.Root)/in [brackets]/more" | Add-PeerShare).Name
            (Add-PeerShare -LiteralPath "$($pair.Root)/in [brackets]/more" -Name literal).Name
            (Add-PeerShare "$($pair.Root)/ext*").Name
            Push-Location $pair.Root
            (Add-PeerShare extra/one.txt).Name
            Pop-Location
        }

        $names | Should -Be more, literal, extra, one.txt
        (Find-PeerFile two.txt).SharePath | Sort-Object | Should -Be 'literal/two.txt', 'more/two.txt'
        (Find-PeerFile -Path one.txt).Share | Should -Be one.txt
    }

    It 'adds nothing with -WhatIf' {
        Use-Nas { Add-PeerShare "$($pair.Root)/extra" -WhatIf } | Should -BeNullOrEmpty
        (Use-Nas { Get-PeerShare }).Name | Should -Be share
    }

    It 'names <Id> for <What>' -ForEach @(
        @{ Id = 'ShareExists'; What = 'a name that is taken'; Script = { Add-PeerShare "$($pair.Root)/extra" -Name share } }
        @{ Id = 'ShareExists'; What = 'a name that is taken but for its case'; Script = { Add-PeerShare "$($pair.Root)/extra" -Name SHARE } }
        @{ Id = 'ShareNameInvalid'; What = 'a name with a slash'; Script = { Add-PeerShare "$($pair.Root)/extra" -Name a/b } }
        @{ Id = 'ShareNameInvalid'; What = 'a name with wildcards'; Script = { Add-PeerShare "$($pair.Root)/extra" -Name '[a]' } }
        @{ Id = 'PathNotFound'; What = 'a path where nothing is'; Script = { Add-PeerShare "$($pair.Root)/nothing" } }
        @{ Id = 'PathNotFileSystem'; What = 'another provider'; Script = { Add-PeerShare Variable:pair } }
        @{ Id = 'PeerNotFound'; What = 'a peer that nobody knows'; Script = { Add-PeerShare "$($pair.Root)/extra" -Peer nobody } }
    ) {
        $null = Get-TestFailure $Id { Use-Nas $Script }
    }

    It 'completes peers' {
        Use-Nas { Get-TestCompletion 'Add-PeerShare x -Peer ' | Should -Be (Get-Peer).Name }
    }
}
