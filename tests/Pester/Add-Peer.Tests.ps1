BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Share)/a.txt" 'a'

    function New-NasTicket([hashtable] $With = @{}) {
        Use-TestHome $pair.NasHome { New-PeerTicket @With }
    }
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'Add-Peer' {
    BeforeEach {
        # A new node for every test.
        $guest = "$($pair.Root)/guest-$([guid]::NewGuid().ToString('n'))"
    }

    It 'trusts by a ticket, on both sides' {
        $ticket = New-NasTicket
        $peer = Use-TestHome $guest { Add-Peer -Ticket "$ticket" }

        $peer.Name | Should -Be nas
        $peer.NodeId | Should -Be $pair.Nas.NodeId
        $peer.Allow | Should -Be 'Browse, Read'
        $peer.Addresses | Should -Contain "127.0.0.1:$($pair.Nas.Port)"
        $there = Use-TestHome $pair.NasHome { Get-Peer -NodeId (Use-TestHome $guest { Get-PeerIdentity }).NodeId }
        $there.Allow | Should -Be 'Browse, Read'
    }

    It 'takes the name, the rights and the limit that are given' {
        $ticket = New-NasTicket
        $peer = Use-TestHome $guest { Add-Peer "$ticket" -Name storage -Allow Browse -RateLimit 10MB }

        $peer.Name | Should -Be storage
        $peer.Allow | Should -Be Browse
        $peer.RateLimit | Should -Be 10MB
    }

    It 'adds a suffix to a name that is taken, and says so' {
        $ticket = New-NasTicket
        Use-TestHome $guest {
            $null = Add-Peer -NodeId (Use-TestHome "$guest-other" { Get-PeerIdentity }).NodeId -Name nas
            $peer = Add-Peer "$ticket" -WarningVariable warnings -WarningAction SilentlyContinue

            $peer.Name | Should -Not -Be nas
            $peer.Name | Should -BeLike nas*
            "$warnings" | Should -Match ([regex]::Escape($peer.Name))
        }
    }

    It 'trusts by a node id, on this side only' {
        Use-TestHome $guest {
            $peer = Add-Peer -NodeId $pair.Nas.NodeId -Name nas -Address "127.0.0.1:$($pair.Nas.Port)"
            $peer.NodeId | Should -Be $pair.Nas.NodeId

            $failure = Get-TestFailure NotTrustedByPeer { Find-PeerFile -Peer nas }
            $failure.CategoryInfo.Category | Should -Be SecurityError
        }

        # Now the other way round too, and it works.
        $id = (Use-TestHome $guest { Get-PeerIdentity }).NodeId
        $null = Use-TestHome $pair.NasHome { Add-Peer -NodeId $id -Name guest }
        Use-TestHome $guest { (Find-PeerFile a.txt).Name | Should -Be a.txt }
    }

    It 'changes nothing with -WhatIf' {
        $ticket = New-NasTicket
        Use-TestHome $guest {
            Add-Peer "$ticket" -WhatIf | Should -BeNullOrEmpty
            Get-Peer | Should -BeNullOrEmpty
        }

        (Use-TestHome $pair.NasHome { Get-PeerTicket $ticket.Id }).State | Should -Be Open
    }

    It 'names <Id> for <What>' -ForEach @(
        @{ Id = 'TicketMalformed'; What = 'no ticket'; Text = { 'hello' } }
        @{ Id = 'TicketMalformed'; What = 'a mistyped ticket'; Text = { $t = "$(New-NasTicket)"; $t.Substring(0, 60) + ($t[60] -eq 'A' ? 'B' : 'A') + $t.Substring(61) } }
        @{ Id = 'TicketMalformed'; What = 'half a ticket'; Text = { $t = "$(New-NasTicket)"; $t.Substring(0, $t.Length / 2) } }
        @{ Id = 'TicketRefused'; What = 'a used ticket'; Text = { $t = "$(New-NasTicket)"; $null = Use-TestHome "$guest-first" { Add-Peer $t }; $t } }
    ) {
        $text = & $Text
        Use-TestHome $guest {
            $failure = Get-TestFailure $Id { Add-Peer $text }
            # A ticket is a secret.
            "$failure $($failure.TargetObject)" | Should -Not -Match ([regex]::Escape($text.Substring($text.Length - 5)) + '$')
            Get-Peer | Should -BeNullOrEmpty
        }
    }

    It 'refuses its own ticket' {
        $null = Get-TestFailure TicketIsOwn { Use-TestHome $pair.NasHome { Add-Peer "$(New-PeerTicket)" } }
    }

    It 'says that the node behind a ticket does not run' {
        $ticket = Use-TestHome "$guest-off" { New-PeerTicket -Address 127.0.0.1:1 }
        Use-TestHome $guest { $null = Get-TestFailure PeerUnreachable { Add-Peer "$ticket" } }
    }

    It 'names <Id> for <What> as node id' -ForEach @(
        @{ Id = 'NodeIdInvalid'; What = 'a short id'; NodeId = { $pair.Nas.NodeId.Split('-')[0] } }
        @{ Id = 'NodeIdInvalid'; What = 'a mistyped id'; NodeId = { ($pair.Nas.NodeId[0] -eq 'A' ? 'B' : 'A') + $pair.Nas.NodeId.Substring(1) } }
        @{ Id = 'PeerIsSelf'; What = 'its own id'; NodeId = { (Get-PeerIdentity).NodeId } }
        @{ Id = 'PeerExists'; What = 'a known id'; NodeId = { $pair.Nas.NodeId } }
    ) {
        $nodeId = & $NodeId
        $null = Get-TestFailure $Id { Add-Peer -NodeId $nodeId -Name another }
    }

    It 'names an address that is none' {
        $null = Get-TestFailure AddressInvalid { Use-TestHome $guest { Add-Peer -NodeId $pair.Nas.NodeId -Address 'nas:port' } }
    }
}

Describe 'Add-Peer -Code' {
    BeforeEach {
        $guest = "$($pair.Root)/guest-$([guid]::NewGuid().ToString('n'))"
        $nas = "127.0.0.1:$($pair.Nas.Port)"
    }

    It 'makes both sides trust each other, once, and shows a code that a person can read' {
        $code = Use-TestHome $pair.NasHome { New-PeerTicket -Code -Allow Browse, Read, Write }
        $code.Code | Should -Match '^[0-9A-Z]{3}-[0-9A-Z]{4}$'
        "$code" | Should -Be $code.Code
        ($code | Out-String) | Should -Match ([regex]::Escape($code.Code))

        $peer = Use-TestHome $guest { Add-Peer -Code $code.Code.ToLower() -Address $nas -Allow Browse }
        $peer.NodeId | Should -Be $pair.Nas.NodeId
        $peer.Allow | Should -Be Browse
        $there = Use-TestHome $pair.NasHome { Get-Peer -NodeId (Use-TestHome $guest { Get-PeerIdentity }).NodeId }
        $there.Allow | Should -Be 'Browse, Read, Write'

        Use-TestHome "$guest-late" { $null = Get-TestFailure PairingNotOpen { Add-Peer -Code $code.Code -Address $nas } }
    }

    It 'notices a typing error before anything is sent, and burns the code at a wrong one' {
        $code = (Use-TestHome $pair.NasHome { New-PeerTicket -Code }).Code
        $other = (Use-TestHome $pair.NasHome { New-PeerTicket -Code }).Code
        Use-TestHome $guest {
            $mistyped = $other.Substring(0, 7) + ($other[7] -eq 'A' ? 'B' : 'A')
            $null = Get-TestFailure PairingCodeInvalid { Add-Peer -Code $mistyped -Address $nas }
            $null = Get-TestFailure PairingCodeRefused { Add-Peer -Code $code -Address $nas }
            $null = Get-TestFailure PairingNotOpen { Add-Peer -Code $other -Address $nas }
            Get-Peer | Should -BeNullOrEmpty
        }
    }

    It 'wants an address where nobody is seen to wait, and trusts nobody under -WhatIf' {
        $code = (Use-TestHome $pair.NasHome { New-PeerTicket -Code }).Code
        Use-TestHome $guest {
            Add-Peer -Code $code -Address $nas -WhatIf
            Get-Peer | Should -BeNullOrEmpty
            $null = Add-Peer -Code $code -Address $nas
        }
    }
}
