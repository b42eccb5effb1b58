BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Share)/a.txt" 'a'
    $null = New-TestFile "$($pair.Share)/big.bin" 3000000
    $laptop = Use-TestHome $pair.NasHome { (Get-Peer).Name }

    function Set-Laptop([hashtable] $With) {
        Use-TestHome $pair.NasHome { Set-Peer $laptop @With }
    }
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Set-Peer' {
    AfterEach {
        $null = Set-Laptop @{ Allow = 'Browse', 'Read', 'Write'; RateLimit = 0 }
    }

    It 'changes rights of a live connection, through the node of another process' {
        (Find-PeerFile a.txt).Name | Should -Be a.txt

        (Set-Laptop @{ Allow = 'Browse' }).Allow | Should -Be Browse
        (Find-PeerFile a.txt).Name | Should -Be a.txt
        $null = Get-TestFailure FileNotFound { Get-PeerFile nas share/a.txt -Destination $pair.Root }
        $null = Get-TestFailure PushRefused { Send-PeerFile "$($pair.Share)/a.txt" nas }

        $null = Set-Laptop @{ Allow = 'None' }
        Find-PeerFile a.txt -ErrorAction SilentlyContinue | Should -BeNullOrEmpty

        $null = Set-Laptop @{ Allow = 'Browse', 'Read' }
        (Get-PeerFile nas share/a.txt -Destination "$($pair.Root)/a.txt").Status | Should -Be Completed
    }

    It 'keeps what is not given' {
        $before = Get-Peer nas
        $after = Set-Peer nas -RateLimit 10MB

        $after.RateLimit | Should -Be 10MB
        $after.Allow | Should -Be $before.Allow
        $after.Addresses | Should -Be $before.Addresses
        (Set-Peer nas -RateLimit 0).RateLimit | Should -BeNullOrEmpty
    }

    It 'limits what is sent to the peer' {
        $null = Set-Laptop @{ RateLimit = 1MB }

        # 3 MB; a limiter may let some run ahead, but not two thirds.
        (Get-PeerFile nas share/big.bin -Destination "$($pair.Root)/big.bin").Duration.TotalSeconds | Should -BeGreaterThan 1
    }

    It 'gives a new name and new addresses' {
        (Set-Peer nas -NewName storage).Name | Should -Be storage
        (Get-Peer).Name | Should -Be storage
        (Get-Peer storage | Set-Peer -NewName nas -Address "127.0.0.1:$($pair.Nas.Port)", other.example).Addresses |
            Should -Be "127.0.0.1:$($pair.Nas.Port)", other.example:22021
        (Find-PeerFile a.txt).Peer | Should -Be nas
    }

    It 'finds a peer that moved to another port' {
        $null = Set-Peer nas -Address 127.0.0.1:1
        $null = Set-Peer nas -Address "127.0.0.1:$($pair.Nas.Port)"
        (Find-PeerFile a.txt).Name | Should -Be a.txt
    }

    It 'selects by node id, and changes nothing with -WhatIf' {
        (Set-Peer -NodeId $pair.Nas.NodeId -RateLimit 5MB).RateLimit | Should -Be 5MB
        Set-Peer -NodeId $pair.Nas.NodeId -RateLimit 1MB -WhatIf
        (Get-Peer nas).RateLimit | Should -Be 5MB
        $null = Set-Peer nas -RateLimit 0 -Confirm:$false
    }

    It 'names <Id> for <What>' -ForEach @(
        @{ Id = 'PeerNotFound'; What = 'a name that is in no book'; Script = { Set-Peer nobody -Allow Browse } }
        @{ Id = 'PeerNameInvalid'; What = 'a name with a slash'; Script = { Set-Peer nas -NewName a/b } }
        @{ Id = 'AddressInvalid'; What = 'an address that is none'; Script = { Set-Peer nas -Address 'host:99999' } }
    ) {
        $null = Get-TestFailure $Id $Script
        (Get-Peer).Name | Should -Be nas
    }

    It 'adds a suffix to a new name that is taken, and says so' {
        $null = Add-Peer -NodeId (Use-TestHome "$($pair.Root)/other" { Get-PeerIdentity }).NodeId -Name other
        $renamed = Set-Peer other -NewName nas -WarningVariable warnings -WarningAction SilentlyContinue
        try {
            $renamed.Name | Should -Not -Be nas
            "$warnings" | Should -Match ([regex]::Escape($renamed.Name))
            (Get-Peer nas).NodeId | Should -Be $pair.Nas.NodeId
        }
        finally {
            $renamed | Remove-Peer
        }
    }

    It 'completes names' {
        Get-TestCompletion 'Set-Peer ' | Should -Be nas
    }
}
