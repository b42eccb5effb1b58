BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Share)/one.txt" 'one'
    $null = New-TestFile "$($pair.Root)/extra/two.txt" 'two'
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Remove-PeerShare' {
    BeforeEach {
        $null = Use-TestHome $pair.NasHome { Add-PeerShare "$($pair.Root)/extra" -ErrorAction Ignore }
    }

    It 'ends a lasting share of a node in another process, at once and for good; the files stay' {
        (Find-PeerFile two.txt).Name | Should -Be two.txt

        Use-TestHome $pair.NasHome { Remove-PeerShare extra } | Should -BeNullOrEmpty

        Find-PeerFile two.txt | Should -BeNullOrEmpty
        $null = Get-TestFailure FileNotFound { Get-PeerFile nas extra/two.txt -Destination $pair.Root }
        "$($pair.Root)/extra/two.txt" | Should -Exist
    }

    It 'takes shares from the pipeline' {
        Use-TestHome $pair.NasHome {
            Get-PeerShare extra | Remove-PeerShare -Confirm:$false
            (Get-PeerShare).Name | Should -Be share
        }
    }

    It 'removes nothing with -WhatIf' {
        Use-TestHome $pair.NasHome {
            Remove-PeerShare * -WhatIf
            (Get-PeerShare).Name | Sort-Object | Should -Be extra, share
        }
    }

    It 'names the share that is not there and removes the others' {
        Use-TestHome $pair.NasHome {
            $null = Get-TestFailure ShareNotFound { Remove-PeerShare nothing } nothing
            Remove-PeerShare nothing, extra -ErrorAction SilentlyContinue -ErrorVariable failures
            $failures.Count | Should -Be 1
            (Get-PeerShare).Name | Should -Be share
        }
    }

    It 'completes names' {
        Use-TestHome $pair.NasHome { Get-TestCompletion 'Remove-PeerShare e' | Should -Be extra }
    }

    It 'ends a share of the run too' {
        Use-TestHome $pair.NasHome { Remove-PeerShare share }

        Find-PeerFile one.txt | Should -BeNullOrEmpty
        "$($pair.Share)/one.txt" | Should -Exist
    }
}
