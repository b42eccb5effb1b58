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

Describe 'Stop-PeerTransfer' {
    It 'ends a transfer of another process, which can be resumed after all' {
        $process = Start-TestProcess $env:PSPEERSHARE_HOME 'Get-PeerFile -Peer nas -Path share/large.bin -Destination $with.To -RateLimit 5MB -ErrorVariable failed -ErrorAction SilentlyContinue; $failed[0].FullyQualifiedErrorId' @{ To = $to }
        $errors = $process.StandardError.ReadToEndAsync()
        Wait-Until { Get-PeerTransfer -Status Running } 'an entry'

        Stop-PeerTransfer -Peer nas -After (Get-Date).AddHours(-1)
        (Get-PeerTransfer).Status | Should -Be Stopped

        (Receive-TestProcess $process $errors).Output | Should -BeLike 'TransferStopped,*'
        "$to/large.bin" | Should -Not -Exist
        (Get-PeerTransfer -Status Stopped | Resume-PeerTransfer).Status | Should -Be Completed
        $null = Get-TestFailure TransferEnded { Stop-PeerTransfer (Get-PeerTransfer).Id }
    }
}
