BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $root = New-TestFolder
    $former = $env:PSPEERSHARE_HOME
    $env:PSPEERSHARE_HOME = "$root/home"
    $null = Start-PeerServer -Port 0 -ListenAddress 127.0.0.1
    $picker = (New-Item "$root/picker" -ItemType Directory).FullName
    $dashboard = Show-PeerDashboard -NoBrowser -Root $picker
    $origin = "http://127.0.0.1:$($dashboard.Port)"
    $code = ($dashboard.Url -split '#code=')[1]
}

AfterAll {
    Stop-PeerServer -Force -ErrorAction Ignore
    $env:PSPEERSHARE_HOME = $former
    Remove-TestFolder $root
}

Describe 'Show-PeerDashboard' {
    It 'lets one browser in, which can do what the cmdlets do' {
        $given = Invoke-RestMethod "$origin/api/session" -Method Post -Headers @{ Origin = $origin } -ContentType application/json -Body (@{ code = $code } | ConvertTo-Json)
        $headers = @{ Origin = $origin; Authorization = "Bearer $($given.token)" }

        $node = Invoke-RestMethod "$origin/api/node" -Headers $headers
        $node.nodeId | Should -Be (Get-PeerIdentity).NodeId
        $node.roots.path | Should -Be $picker
        $share = Invoke-RestMethod "$origin/api/shares" -Method Post -Headers $headers -ContentType application/json -Body (@{ root = $node.roots[0].id; name = 'picked' } | ConvertTo-Json)
        $share.share.name | Should -Be 'picked'
        (Get-PeerShare picked).LocalPath | Should -Be $picker
    }

    It 'lets nobody else in' {
        { Invoke-RestMethod "$origin/api/session" -Method Post -Headers @{ Origin = $origin } -ContentType application/json -Body (@{ code = $code } | ConvertTo-Json) } | Should -Throw
        { Invoke-RestMethod "$origin/api/peers" } | Should -Throw
        { Invoke-RestMethod "http://localhost:$($dashboard.Port)/" } | Should -Throw
    }

    It 'shows the address and the command for another machine' {
        $text = $dashboard | Out-String -Width 200

        $text | Should -Match ([regex]::Escape($dashboard.Url))
        $text | Should -Match "ssh -L $($dashboard.Port):127.0.0.1:$($dashboard.Port) "
    }

    It 'starts a node when none runs' {
        $env:PSPEERSHARE_HOME = "$root/second-home"
        try {
            Get-PeerServer | Should -BeNullOrEmpty
            $second = Show-PeerDashboard -NoBrowser -Root $picker
            (Get-PeerServer).State | Should -Be 'Running'
            $second.Port | Should -Not -Be $dashboard.Port
        }
        finally {
            Stop-PeerServer -Force -ErrorAction Ignore
            $env:PSPEERSHARE_HOME = "$root/home"
        }
    }
}
