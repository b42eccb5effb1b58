BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Share)/a.txt" 'a'
    $null = New-TestFile "$($pair.Share)/slow.bin" 64000000

    # Trust both ways, as at the start.
    function Add-Both {
        $ticket = Use-TestHome $pair.NasHome { Get-Peer | Remove-Peer; New-PeerTicket -Allow Browse, Read, Write }
        Get-Peer | Remove-Peer
        $null = Add-Peer "$ticket"
    }
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Remove-Peer' {
    BeforeEach {
        Add-Both
    }

    It 'ends trust at once, through the node of another process' {
        (Find-PeerFile a.txt).Name | Should -Be a.txt

        Use-TestHome $pair.NasHome { Get-Peer | Remove-Peer } | Should -BeNullOrEmpty

        $null = Get-TestFailure NotTrustedByPeer { Find-PeerFile }
    }

    It 'cuts a running transfer' {
        $to = "$($pair.Root)/slow.bin"
        $pipeline = Start-TestPipeline 'Get-PeerFile nas share/slow.bin -Destination $with.To -RateLimit 1MB' @{ To = $to }
        Wait-TestTransfer $pipeline

        Use-TestHome $pair.NasHome { Remove-Peer * }

        $pipeline.Running.AsyncWaitHandle.WaitOne(30000) | Should -BeTrue
        $pipeline.Shell.Streams.Error.Count | Should -Be 1
        # Between the end of the right and the end of the connection a file is denied, which looks like missing.
        $pipeline.Shell.Streams.Error[0].Exception.ErrorId | Should -BeIn NotTrustedByPeer, ConnectionLost, FileNotFound
        $to | Should -Not -Exist
        $null = Stop-TestPipeline $pipeline
    }

    It 'ends trust on this side' {
        Remove-Peer nas

        Get-Peer | Should -BeNullOrEmpty
        $null = Get-TestFailure PeerNotFound { Find-PeerFile -Peer nas }
        $null = Get-TestFailure PeerNotTrusted { Find-PeerFile -Peer "127.0.0.1:$($pair.Nas.Port)" }
    }

    It 'takes peers from the pipeline, ids and wildcards' {
        foreach ($remove in { Get-Peer nas | Remove-Peer -Confirm:$false }, { Remove-Peer -NodeId $pair.Nas.NodeId }, { Remove-Peer n* }) {
            $null = Add-Peer -NodeId $pair.Nas.NodeId -Name nas -ErrorAction Ignore
            & $remove
            Get-Peer | Should -BeNullOrEmpty
        }
    }

    It 'removes nothing with -WhatIf' {
        Remove-Peer nas -WhatIf
        (Get-Peer).Name | Should -Be nas
    }

    It 'names a peer that is not there' {
        $null = Get-TestFailure PeerNotFound { Remove-Peer nobody } nobody
        $null = Get-TestFailure NodeIdInvalid { Remove-Peer -NodeId nobody } nobody
    }

    It 'completes names' {
        Get-TestCompletion 'Remove-Peer ' | Should -Be nas
    }
}
