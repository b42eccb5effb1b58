BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Remove-PeerTicket' {
    It 'takes a ticket back at once from a node in another process' {
        $ticket = Use-TestHome $pair.NasHome { New-PeerTicket }
        Use-TestHome $pair.NasHome { Remove-PeerTicket $ticket.Id } | Should -BeNullOrEmpty

        Use-TestHome "$($pair.Root)/guest" { $null = Get-TestFailure TicketRefused { Add-Peer "$ticket" } }
        (Use-TestHome $pair.NasHome { Get-PeerTicket $ticket.Id -ErrorAction Ignore }).State | Should -BeIn $null, Revoked
    }

    It 'leaves the trust that grew from it' {
        Use-TestHome $pair.NasHome { Get-PeerTicket | Where-Object State -EQ Used | Remove-PeerTicket }
        (Test-Peer nas).Reachable | Should -BeTrue
    }

    It 'takes tickets from the pipeline, and none with -WhatIf' {
        Use-TestHome $pair.NasHome {
            $tickets = 1..3 | ForEach-Object { New-PeerTicket }
            $tickets | Remove-PeerTicket -WhatIf
            (Get-PeerTicket $tickets.Id).State | Select-Object -Unique | Should -Be Open
            $tickets | Remove-PeerTicket -Confirm:$false
            Get-PeerTicket | Where-Object State -EQ Open | Should -BeNullOrEmpty
        }
    }

    It 'names a ticket that is not there' {
        $null = Get-TestFailure TicketNotFound { Remove-PeerTicket 1234 } 1234
    }

    It 'completes ids' {
        Use-TestHome $pair.NasHome {
            $ticket = New-PeerTicket
            Get-TestCompletion "Remove-PeerTicket $($ticket.Id.Substring(0, 12))" | Should -Be $ticket.Id
        }
    }
}
