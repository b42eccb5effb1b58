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

Describe 'Resume-PeerTransfer' {
    It 'goes on with what a killed process has left' {
        $process = Start-TestProcess $env:PSPEERSHARE_HOME 'Get-PeerFile -Peer nas -Path share/large.bin -Destination $with.To -RateLimit 5MB' @{ To = $to }
        Wait-Until { Test-Path "$to/.pspeershare-staging/partial/*.journal" } 'a partial file'
        Wait-Until { Get-PeerTransfer -Status Running } 'an entry'
        $process.Kill()
        $process.WaitForExit()

        $left = Get-PeerTransfer -Status Interrupted
        $left.SharePath | Should -Be share/large.bin
        $left.Duration | Should -BeGreaterThan ([timespan]::Zero)
        $null = $left | Resume-PeerTransfer -WhatIf
        "$to/large.bin" | Should -Not -Exist
        $done = Get-PeerTransfer -Status Interrupted | Resume-PeerTransfer

        $done.Status | Should -Be Completed
        $done.Id | Should -Be $left.Id
        $done.BytesReused | Should -BeGreaterThan 0
        $done.BytesReused + $done.BytesTransferred | Should -Be 40000000
        (Get-FileHash "$to/large.bin").Hash | Should -Be (Get-FileHash "$($pair.Share)/large.bin").Hash
        Get-PeerTransfer -Status Interrupted | Should -BeNullOrEmpty
    }

    It 'offers nothing any more whose file has come by another command' {
        Remove-Item "$to/large.bin"
        $process = Start-TestProcess $env:PSPEERSHARE_HOME 'Get-PeerFile -Peer nas -Path share/large.bin -Destination $with.To -RateLimit 5MB' @{ To = $to }
        Wait-Until { Get-PeerTransfer -Status Running } 'an entry'
        $process.Kill()
        $process.WaitForExit()
        $left = Get-PeerTransfer -Status Interrupted
        Get-TestCompletion 'Resume-PeerTransfer ' | Should -Contain $left.Id

        (Get-PeerFile -Peer nas -Path share/large.bin -Destination $to).Status | Should -Be Completed

        Get-PeerTransfer -Status Interrupted | Should -BeNullOrEmpty
        Resume-PeerTransfer -Peer nas | Should -BeNullOrEmpty
    }

    It 'refuses what ended well and what nobody knows' {
        $done = Get-PeerTransfer -Status Completed | Select-Object -First 1
        $null = Get-TestFailure TransferEnded { Resume-PeerTransfer $done.Id }
        $null = Get-TestFailure TransferNotFound { Resume-PeerTransfer zzz } zzz
    }
}
