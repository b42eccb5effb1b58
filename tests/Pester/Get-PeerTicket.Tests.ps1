BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $root = New-TestFolder
    $former = $env:PSPEERSHARE_HOME
    $env:PSPEERSHARE_HOME = "$root/home"
    $one = New-PeerTicket
    $two = New-PeerTicket -Uses 3
}

AfterAll {
    $env:PSPEERSHARE_HOME = $former
    Remove-TestFolder $root
}

Describe 'Get-PeerTicket' {
    It 'shows all tickets without their texts' {
        $tickets = Get-PeerTicket

        $tickets.Id | Sort-Object | Should -Be (@($one.Id, $two.Id) | Sort-Object)
        $tickets | Where-Object Ticket | Should -BeNullOrEmpty
        $tickets.State | Should -Be Open, Open
        "$($tickets[0])" | Should -Be $tickets[0].Id
    }

    It 'shows the tickets that a node of another process made' {
        $said = Invoke-TestProcess "$root/home" '(New-PeerTicket -WarningAction Ignore).Id'

        (Get-PeerTicket $said.Output[0]).State | Should -Be Open
        Remove-PeerTicket $said.Output[0]
    }

    It 'shows the code of a running node until it is taken back, and never its symbols' {
        $null = Start-PeerServer -Port 0 -ListenAddress 127.0.0.1 -NoDiscovery
        try {
            $code = New-PeerTicket -Code
            $listed = Get-PeerTicket | Where-Object IsCode
            $listed.Id | Should -Be $code.Id
            $listed.State | Should -Be Open
            "$listed $($listed.Code) $($listed | Format-List | Out-String)" | Should -Not -Match $code.Code
            Remove-PeerTicket $code.Id
            Get-PeerTicket | Where-Object IsCode | Should -BeNullOrEmpty
        }
        finally {
            Stop-PeerServer -Force
        }
    }

    It 'shows whole ids in a window of eighty columns' {
        Get-PeerTicket | Out-String -Width 79 | Should -Match $one.Id
    }

    It 'selects by id' {
        (Get-PeerTicket $two.Id).Uses | Should -Be 3
        (Get-PeerTicket "$($two.Id.Substring(0, 12))*").Id | Should -Be $two.Id
        ($one.Id, $two.Id | Get-PeerTicket).Id | Should -Be $one.Id, $two.Id
        Get-PeerTicket zzz* | Should -BeNullOrEmpty
        $null = Get-TestFailure TicketNotFound { Get-PeerTicket zzz } zzz
    }

    It 'has a table' {
        Get-PeerTicket $two.Id | Format-Table | Out-String -Width 200 | Should -Match "Open\s+Browse, Read\s+3\s+\d\d-\d\d \d\d:\d\d\s+$($two.Id)"
    }

    It 'completes ids' {
        Get-TestCompletion "Get-PeerTicket $($two.Id.Substring(0, 12))" | Should -Be $two.Id
    }
}
