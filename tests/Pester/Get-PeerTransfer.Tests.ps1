BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $to = New-TestFolder
    $null = New-TestFile "$($pair.Share)/large.bin" 9000000
    $null = New-TestFile "$($pair.Share)/a.txt" 'a'
    $null = New-TestFile "$($pair.Share)/b.txt" 'b'
    $before = Get-Date
    $large = Get-PeerFile -Peer nas -Path share/large.bin -Destination $to
    $null = Get-PeerFile -Peer nas -Path 'share/*.txt' -Destination $to
    $null = New-TestFile "$($pair.Share)/taken.bin" 'new'
    $null = New-TestFile "$to/taken.bin" 'other'
    $null = Get-PeerFile -Peer nas -Path share/taken.bin -Destination $to -ErrorAction Ignore
}

AfterAll {
    Stop-TestPair $pair
    Remove-TestFolder $to
}

Describe 'Get-PeerTransfer' {
    It 'shows large files one by one, small ones together, and what failed' {
        $transfers = @(Get-PeerTransfer)

        $transfers.Count | Should -Be 3
        $transfers[0].Status | Should -Be Failed
        $transfers[1].Name | Should -Be '2 files'
        $transfers[2].SharePath | Should -Be share/large.bin
        $transfers[2].Hash | Should -Be $large.Hash
        $transfers[2].BytesTransferred | Should -Be 9000000
    }

    It 'selects by id, state, peer and time' {
        (Get-PeerTransfer $large.Id).Name | Should -Be large.bin
        (Get-PeerTransfer "$($large.Id.Substring(0, 30))*").Id | Should -Be $large.Id
        ($large.Id | Get-PeerTransfer).Id | Should -Be $large.Id
        (Get-PeerTransfer -Status Failed).SharePath | Should -Be share/taken.bin
        @(Get-PeerTransfer -Peer nas).Count | Should -Be 3
        @(Get-PeerTransfer -After $before.AddSeconds(-1)).Count | Should -Be 3
        Get-PeerTransfer -After (Get-Date).AddMinutes(1) | Should -BeNullOrEmpty
        Get-PeerTransfer zzz* | Should -BeNullOrEmpty
        $null = Get-TestFailure TransferNotFound { Get-PeerTransfer zzz } zzz
    }

    It 'shows the same to another process of the user' {
        (Invoke-TestProcess $env:PSPEERSHARE_HOME '(Get-PeerTransfer -Status Completed).Name').Output | Should -Contain large.bin
    }

    It 'has a table and completes ids' {
        Get-PeerTransfer $large.Id | Format-Table | Out-String -Width 200 | Should -Match 'Completed\s+nas.*large\.bin'
        Get-TestCompletion "Get-PeerTransfer $($large.Id.Substring(0, 30))" | Should -Be $large.Id
    }
}
