BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $to = New-TestFolder
    $null = New-TestFile "$($pair.Share)/large.bin" 40000000
}

AfterAll {
    Stop-TestPair $pair
    Remove-TestFolder $to
}

Describe 'Suspend-PeerTransfer' {
    It 'has a transfer of another process rest until it is resumed' {
        $process = Start-TestProcess $env:PSPEERSHARE_HOME '(Get-PeerFile -Peer nas -Path share/large.bin -Destination $with.To -RateLimit 4MB).Status' @{ To = $to }
        $errors = $process.StandardError.ReadToEndAsync()
        Wait-Until { Get-PeerTransfer -Status Running } 'an entry'

        Get-PeerTransfer -Status Running | Suspend-PeerTransfer -WhatIf
        (Get-PeerTransfer).Status | Should -Be Running
        Suspend-PeerTransfer -Peer nas -WarningVariable warnings
        $warnings | Should -BeNullOrEmpty
        $rested = Get-PeerTransfer
        $rested.Status | Should -Be Suspended
        $process.HasExited | Should -BeFalse
        (Get-PeerTransfer).Duration | Should -Be $rested.Duration
        Get-TestCompletion 'Suspend-PeerTransfer ' | Should -Not -Contain $rested.Id
        Get-TestCompletion 'Resume-PeerTransfer ' | Should -Contain $rested.Id
        Resume-PeerTransfer -Status Suspended

        (Receive-TestProcess $process $errors).Output | Should -Be Completed
        (Get-FileHash "$to/large.bin").Hash | Should -Be (Get-FileHash "$($pair.Share)/large.bin").Hash
        $null = Get-TestFailure TransferEnded { Suspend-PeerTransfer (Get-PeerTransfer).Id }
    }
}
