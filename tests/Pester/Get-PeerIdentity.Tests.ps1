BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $root = New-TestFolder
    $former = $env:PSPEERSHARE_HOME
    $env:PSPEERSHARE_HOME = "$root/home"
}

AfterAll {
    $env:PSPEERSHARE_HOME = $former
    Remove-TestFolder $root
}

Describe 'Get-PeerIdentity' {
    It 'makes the identity at its first use, and the same one from then on in every process' {
        $identity = Get-PeerIdentity

        $identity.NodeId | Should -Match '^([A-Z2-7]{7}-){7}[A-Z2-7]{7}$'
        $identity.HomePath | Should -Be "$root/home"
        $identity.Created | Should -BeGreaterThan (Get-Date).AddMinutes(-5)
        (Get-PeerIdentity).NodeId | Should -Be $identity.NodeId
        (Invoke-TestProcess "$root/home" '(Get-PeerIdentity).NodeId').Output | Should -Be $identity.NodeId
    }

    It 'is one identity when two processes come at once' {
        $processes = 1..3 | ForEach-Object { Start-TestProcess "$root/raced" '(Get-PeerIdentity).NodeId' }
        $ids = $processes | ForEach-Object { (Receive-TestProcess $_ $_.StandardError.ReadToEndAsync()).Output }

        $ids.Count | Should -Be 3
        $ids | Select-Object -Unique | Should -HaveCount 1
    }

    It 'keeps the home and the key to its owner' -Skip:$IsWindows {
        $null = Get-PeerIdentity

        (Get-Item "$root/home").UnixFileMode | Should -Be 'UserExecute, UserWrite, UserRead'
        foreach ($file in Get-ChildItem "$root/home/identity" -File) {
            $file.UnixFileMode | Should -Be 'UserWrite, UserRead'
        }
    }

    It 'does not use a home that others can write to' -Skip:$IsWindows {
        $open = (New-Item -ItemType Directory "$root/open").FullName
        & chmod 777 $open
        $failure = Get-TestFailure HomeUnusable { Use-TestHome $open { Get-PeerIdentity } }

        "$failure" | Should -Match ([regex]::Escape($open))
    }

    It 'names a home that is a file' {
        $file = New-TestFile "$root/file"
        $null = Get-TestFailure HomeUnusable { Use-TestHome $file { Get-PeerIdentity } }
    }

    It 'has a table and a list' {
        Get-PeerIdentity | Format-Table | Out-String -Width 200 | Should -Match (Get-PeerIdentity).NodeId
        $list = Get-PeerIdentity | Format-List * | Out-String
        foreach ($property in 'Name', 'NodeId', 'Created', 'HomePath') {
            $list | Should -Match "(?m)^$property\s+:"
        }
    }
}
