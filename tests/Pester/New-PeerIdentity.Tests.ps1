BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Share)/a.txt" 'a'
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'New-PeerIdentity' {
    It 'changes nothing with -WhatIf, with or without -Force' {
        $before = (Get-PeerIdentity).NodeId

        New-PeerIdentity -WhatIf | Should -BeNullOrEmpty
        New-PeerIdentity -Force -WhatIf | Should -BeNullOrEmpty
        (Get-PeerIdentity).NodeId | Should -Be $before
    }

    It 'asks, so that it fails where nobody can answer' {
        $before = (Get-PeerIdentity).NodeId
        $said = Invoke-TestProcess $pair.LaptopHome 'New-PeerIdentity -ErrorAction Stop'

        $said.ExitCode | Should -Not -Be 0
        (Get-PeerIdentity).NodeId | Should -Be $before
    }

    It 'is refused while the node runs, in whichever process' {
        Use-TestHome $pair.NasHome {
            $null = Get-TestFailure ServerAlreadyRunning { New-PeerIdentity -Force }
            (Get-PeerIdentity).NodeId | Should -Be $pair.Nas.NodeId
        }
    }

    It 'replaces the identity with -Force; who trusted the old one does not trust the new one, and the book stays' {
        (Find-PeerFile a.txt).Name | Should -Be a.txt
        $before = (Get-PeerIdentity).NodeId

        $new = New-PeerIdentity -Force

        $new.NodeId | Should -Not -Be $before
        (Get-PeerIdentity).NodeId | Should -Be $new.NodeId
        (Get-Peer).Name | Should -Be nas
        $null = Get-TestFailure NotTrustedByPeer { Find-PeerFile }

        $ticket = Use-TestHome $pair.NasHome { New-PeerTicket }
        Remove-Peer nas
        $null = Add-Peer "$ticket"
        (Find-PeerFile a.txt).Name | Should -Be a.txt
    }

    It 'replaces it with -Confirm:$false too' {
        $before = (Get-PeerIdentity).NodeId
        (New-PeerIdentity -Confirm:$false).NodeId | Should -Not -Be $before
    }
}
