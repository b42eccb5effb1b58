BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Share)/open/a.txt" 'a'
    $null = New-TestFile "$($pair.Share)/closed/b.txt" 'b'
    $null = New-TestFile "$($pair.Root)/other/c.txt" 'c'
    $null = Use-TestHome $pair.NasHome { Add-PeerShare "$($pair.Root)/other" }
    $guests = 0

    # A home that nobody knows yet.
    function New-Guest {
        $script:guests++
        "$($pair.Root)/guest-$script:guests"
    }

    function New-NasTicket([hashtable] $With = @{}) {
        Use-TestHome $pair.NasHome { New-PeerTicket @With }
    }
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'New-PeerTicket' {
    It 'is made by the node that runs in another process, and leads to it' {
        $ticket = New-NasTicket

        $ticket.State | Should -Be Open
        $ticket.Allow | Should -Be 'Browse, Read'
        $ticket.Uses | Should -Be 1
        $ticket.UsesLeft | Should -Be 1
        $ticket.Expires | Should -BeGreaterThan (Get-Date).AddHours(23)
        $ticket.Expires | Should -BeLessThan (Get-Date).AddHours(25)
        Use-TestHome (New-Guest) {
            (Add-Peer -Ticket $ticket.Ticket).NodeId | Should -Be $pair.Nas.NodeId
            (Find-PeerFile a.txt).SharePath | Should -Be share/open/a.txt
        }
    }

    It 'is its text' {
        $ticket = New-NasTicket

        "$ticket" | Should -Be $ticket.Ticket
        "$ticket" | Should -Match '^pspeer-secret-1:[A-Za-z0-9_-]+$'
        # By property name, from objects as scripts keep them.
        $kept = [pscustomobject] @{ Ticket = "$ticket" } | ConvertTo-Json | ConvertFrom-Json
        Use-TestHome (New-Guest) { ($kept | Add-Peer).NodeId | Should -Be $pair.Nas.NodeId }
    }

    It 'goes through the pipeline to Add-Peer' {
        $ticket = New-NasTicket
        Use-TestHome (New-Guest) { ($ticket | Add-Peer).Name | Should -Be nas }
    }

    It 'gives the rights that it names' {
        $ticket = New-NasTicket @{ Allow = 'Browse', 'Read', 'Write' }
        Use-TestHome (New-Guest) {
            $null = Add-Peer "$ticket"
            (Send-PeerFile "$($pair.Share)/open/a.txt" nas).Status | Should -Be Completed
        }
    }

    It 'gives no right that it does not name' {
        $ticket = New-NasTicket @{ Allow = 'Browse' }
        Use-TestHome (New-Guest) {
            $null = Add-Peer "$ticket"
            (Find-PeerFile a.txt).Name | Should -Be a.txt
            $null = Get-TestFailure FileNotFound { Get-PeerFile nas share/open/a.txt -Destination $pair.Root }
            $null = Get-TestFailure PushRefused { Send-PeerFile "$($pair.Share)/open/a.txt" nas }
        }
    }

    It 'can be for one share or one folder' {
        $share = New-NasTicket @{ Share = 'other' }
        Use-TestHome (New-Guest) {
            $null = Add-Peer "$share"
            (Find-PeerFile).SharePath | Should -Be other/c.txt
        }

        $folder = New-NasTicket @{ Share = 'share'; Path = 'open' }
        Use-TestHome (New-Guest) {
            $null = Add-Peer "$folder"
            (Find-PeerFile).SharePath | Should -Be share/open/a.txt
            $null = Get-TestFailure FileNotFound { Get-PeerFile nas share/closed/b.txt -Destination $pair.Root }
        }
    }

    It 'is good for as many nodes as it says' {
        $ticket = New-NasTicket @{ Uses = 2 }
        foreach ($guest in (New-Guest), (New-Guest)) {
            Use-TestHome $guest { (Add-Peer "$ticket").Name | Should -Be nas }
        }

        Use-TestHome (New-Guest) { $null = Get-TestFailure TicketRefused { Add-Peer "$ticket" } }
        (Use-TestHome $pair.NasHome { Get-PeerTicket $ticket.Id }).State | Should -Be Used
    }

    It 'is good for the node that it names only' {
        $guest = New-Guest
        $id = (Use-TestHome $guest { Get-PeerIdentity }).NodeId
        $ticket = New-NasTicket @{ NodeId = $id }

        Use-TestHome (New-Guest) { $null = Get-TestFailure TicketRefused { Add-Peer "$ticket" } }
        Use-TestHome $guest { (Add-Peer "$ticket").Name | Should -Be nas }
    }

    It 'ends' {
        $ticket = New-NasTicket @{ ExpiresIn = [timespan]::FromSeconds(1) }
        Wait-Until { (Get-Date) -gt $ticket.Expires.AddSeconds(1) }

        Use-TestHome (New-Guest) { $null = Get-TestFailure TicketExpired { Add-Peer "$ticket" } }
        (Use-TestHome $pair.NasHome { Get-PeerTicket $ticket.Id }).State | Should -Be Expired
    }

    It 'makes none with -WhatIf' {
        $before = @(Use-TestHome $pair.NasHome { Get-PeerTicket }).Count
        New-NasTicket @{ WhatIf = $true } | Should -BeNullOrEmpty
        @(Use-TestHome $pair.NasHome { Get-PeerTicket }).Count | Should -Be $before
    }

    It 'names a node id that is none' {
        $null = Get-TestFailure NodeIdInvalid { New-NasTicket @{ NodeId = 'ABCDEFG' } }
    }

    It 'warns of a share that is not there yet' {
        (Use-TestHome $pair.NasHome { New-PeerTicket -Share mistyped 3>&1 })[0] | Should -Match mistyped
        Use-TestHome $pair.NasHome { New-PeerTicket -Path share/open 3>&1 } | Should -HaveCount 1
    }

    It 'leaves its secret in no log' {
        $ticket = New-NasTicket
        $secret = "$ticket".Substring('pspeer-secret-1:'.Length)
        foreach ($log in Get-ChildItem "$($pair.NasHome)/logs" -File) {
            Get-Content $log -Raw | Should -Not -Match ([regex]::Escape($secret.Substring(0, 40)))
        }
    }

    It 'shows its text in the default view, since it is shown once' {
        $ticket = New-NasTicket

        $ticket | Out-String -Width 400 | Should -Match ([regex]::Escape("$ticket"))
        $list = $ticket | Format-List * | Out-String -Width 400
        foreach ($property in 'Id', 'Ticket', 'Code', 'Share', 'SharePath', 'Allow', 'Uses', 'UsesLeft', 'Bytes', 'NodeId', 'Created', 'Expires', 'State') {
            $list | Should -Match "(?m)^$property\s+:"
        }
    }

    It 'completes shares and rights' {
        Use-TestHome $pair.NasHome { Get-TestCompletion 'New-PeerTicket -Share ' | Should -Be other, share }
        Get-TestCompletion 'New-PeerTicket -Allow B' | Should -Be Browse
    }
}

Describe 'A ticket used directly' {
    It 'finds and fetches, shows the ticket nowhere and leaves no peer' {
        $ticket = Use-TestHome $pair.NasHome { New-PeerTicket }
        $guest = "$($pair.Root)/guest-$([guid]::NewGuid().ToString('n'))"
        Use-TestHome $guest {
            $found = @(Find-PeerFile -Ticket $ticket)
            $found.Count | Should -BeGreaterThan 0
            ($found | Format-List * -Force | Out-String) | Should -Not -Match 'pspeer-secret'
            ($found | ConvertTo-Json) | Should -Not -Match 'pspeer-secret'
            $done = $found[0] | Get-PeerFile -Destination "$guest-in"
            $done.Status | Should -Be Completed
            $again = Get-PeerFile -Ticket (ConvertTo-SecureString "$ticket" -AsPlainText -Force) -Path $found[0].SharePath -Destination "$guest-again/"
            $again.Hash | Should -Be $done.Hash
            [IO.File]::WriteAllText("$guest.ticket", "$ticket`n")
            @(Get-PeerFile -Ticket (Get-Item "$guest.ticket") -Destination "$guest-all").Count | Should -Be $found.Count
            Get-Peer | Should -BeNullOrEmpty
        }
    }

    It 'is counted in bytes, and such a ticket makes no lasting trust' {
        $ticket = Use-TestHome $pair.NasHome { New-PeerTicket -Bytes 1 }
        $guest = "$($pair.Root)/guest-$([guid]::NewGuid().ToString('n'))"
        $file = New-TestFile "$($pair.Share)/larger.bin" 1000
        Use-TestHome $guest {
            $null = Get-TestFailure TicketNotLasting { Add-Peer $ticket }
            $null = Get-TestFailure TicketSpent { Get-PeerFile -Ticket $ticket -Path "$(Split-Path $pair.Share -Leaf)/larger.bin" -Destination "$guest-in/" }
        }
    }
}
