BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $root = New-TestFolder
    $former = $env:PSPEERSHARE_HOME
    $ids = 1..3 | ForEach-Object { (Use-TestHome "$root/$_" { Get-PeerIdentity }).NodeId }
    $env:PSPEERSHARE_HOME = "$root/home"
    $null = Add-Peer -NodeId $ids[0] -Name nas01 -Address nas01.example:22021
    $null = Add-Peer -NodeId $ids[1] -Name nas02 -RateLimit 10MB -Allow Browse
    $null = Add-Peer -NodeId $ids[2] -Name laptop
}

AfterAll {
    $env:PSPEERSHARE_HOME = $former
    Remove-TestFolder $root
}

Describe 'Get-Peer' {
    It 'shows the peer book, and not this home' {
        (Get-Peer).Name | Sort-Object | Should -Be laptop, nas01, nas02
        (Get-Peer).NodeId | Should -Not -Contain (Get-PeerIdentity).NodeId
    }

    It 'selects by name, wildcard and node id' {
        (Get-Peer NAS*).Name | Sort-Object | Should -Be nas01, nas02
        ('laptop', 'nas01' | Get-Peer).Name | Should -Be laptop, nas01
        (Get-Peer -NodeId $ids[1]).Name | Should -Be nas02
        ([pscustomobject] @{ NodeId = $ids[2] } | Get-Peer).Name | Should -Be laptop
        Get-Peer x* | Should -BeNullOrEmpty
    }

    It 'names what is not there and shows the others' {
        $peers = Get-Peer nas01, nobody -ErrorAction SilentlyContinue -ErrorVariable failures

        $peers.Name | Should -Be nas01
        $failures.Count | Should -Be 1
        $failures[0].FullyQualifiedErrorId | Should -BeLike 'PeerNotFound,*'
        $failures[0].TargetObject | Should -Be nobody
        $null = Get-TestFailure NodeIdInvalid { Get-Peer -NodeId ABC } ABC
        { Get-Peer nobody -ErrorAction Stop } | Should -Throw -ErrorId 'PeerNotFound,*'
    }

    It 'has a table for people and a list with everything' {
        $table = Get-Peer | Format-Table | Out-String -Width 200
        $table | Should -Match "nas02\s+$($ids[1].Split('-')[0])\s+True\s+Browse\s"
        $table | Should -Match 'nas01.example:22021'
        $list = Get-Peer nas02 | Format-List * | Out-String
        foreach ($property in 'Name', 'NodeId', 'Allow', 'Grants', 'Addresses', 'RateLimit', 'Added', 'LastSeen') {
            $list | Should -Match "(?m)^$property\s+:"
        }

        (Get-Peer nas02).RateLimit | Should -Be 10485760
    }

    It 'sees what another process added' {
        $id = (Use-TestHome "$root/4" { Get-PeerIdentity }).NodeId
        $said = Invoke-TestProcess "$root/home" 'Add-Peer -NodeId $with.Id -Name later | Out-Null' @{ Id = $id }

        $said.ExitCode | Should -Be 0
        (Get-Peer later).NodeId | Should -Be $id
        Remove-Peer later
    }

    It 'completes names' {
        Get-TestCompletion 'Get-Peer n' | Should -Be nas01, nas02
    }
}
