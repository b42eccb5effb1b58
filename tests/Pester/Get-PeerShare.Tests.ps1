BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Root)/lasting/one.txt" 'one'
    $null = Use-TestHome $pair.NasHome { Add-PeerShare "$($pair.Root)/lasting" -Exclude *.tmp }
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Get-PeerShare' {
    It 'shows what the running node serves, for the run and for good' {
        $shares = Use-TestHome $pair.NasHome { Get-PeerShare | Sort-Object Name }

        $shares.Name | Should -Be lasting, share
        $shares.Persistent | Should -Be $true, $false
        $shares.LocalPath | Should -Be "$($pair.Root)/lasting", $pair.Share
        $shares[0].Exclude | Should -Be *.tmp
        $shares[0].Problem | Should -BeNullOrEmpty
        # PSPath: Get-Item takes it literally.
        ($shares | Get-Item).FullName | Should -Be $shares.LocalPath
    }

    It 'shows what would be served when no node runs' {
        $null = Add-PeerShare "$($pair.Root)/lasting" -Name mine
        try {
            (Get-PeerShare).Name | Should -Be mine
        }
        finally {
            Remove-PeerShare mine
        }
    }

    It 'selects by name' {
        Use-TestHome $pair.NasHome {
            (Get-PeerShare LAST*).Name | Should -Be lasting
            ('share', 'lasting' | Get-PeerShare).Name | Should -Be share, lasting
            Get-PeerShare nothing* | Should -BeNullOrEmpty
            $null = Get-TestFailure ShareNotFound { Get-PeerShare nothing } nothing
        }
    }

    It 'tells what keeps a share from being served' {
        $folder = (New-Item -ItemType Directory "$($pair.Root)/vanishing").FullName
        Use-TestHome $pair.NasHome {
            $null = Add-PeerShare $folder
            (Get-PeerShare vanishing).Problem | Should -BeNullOrEmpty
            Remove-Item $folder
            (Get-PeerShare vanishing).Problem | Should -Not -BeNullOrEmpty
            Remove-PeerShare vanishing
        }
    }

    It 'has a table and a list' {
        $shares = Use-TestHome $pair.NasHome { Get-PeerShare }

        $shares | Format-Table | Out-String -Width 200 | Should -Match 'share\s+every trusted peer\s+False'
        $list = $shares[0] | Format-List * | Out-String
        foreach ($property in 'Name', 'LocalPath', 'PSPath', 'Peers', 'Exclude', 'Persistent', 'SingleFile', 'Problem') {
            $list | Should -Match "(?m)^$property\s+:"
        }
    }

    It 'completes names' {
        Use-TestHome $pair.NasHome { Get-TestCompletion 'Get-PeerShare ' | Should -Be lasting, share }
    }
}
