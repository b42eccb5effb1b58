BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $root = New-TestFolder
    $former = $env:PSPEERSHARE_HOME
    $formerScope = $env:PSPEERSHARE_DISCOVERY

    # On the loopback interface alone.
    $env:PSPEERSHARE_DISCOVERY = '127.0.0.1'
    $env:PSPEERSHARE_HOME = "$root/laptop"
    $node = Start-TestNode "$root/nas" @{ Name = 'nas' }
}

AfterAll {
    Stop-TestNode $node
    $env:PSPEERSHARE_DISCOVERY = $formerScope
    $env:PSPEERSHARE_HOME = $former
    Remove-TestFolder $root
}

Describe 'Find-Peer' {
    It 'shows a stranger, and does not trust it for that' {
        $peer = Find-Peer nas -TimeoutSec 20 | Where-Object NodeId -eq $node.NodeId | Select-Object -First 1

        $peer.GetType().FullName | Should -Be PSPeerShare.Output.Peer
        $peer.Trusted | Should -BeFalse
        $peer.Online | Should -BeTrue
        $peer.Addresses | Should -Contain "127.0.0.1:$($node.Port)"
        Get-Peer | Should -BeNullOrEmpty
    }

    It 'does not show this home, and nobody whose name nobody asked for' {
        Find-Peer -TimeoutSec 2 | Where-Object NodeId -eq (Get-PeerIdentity).NodeId | Should -BeNullOrEmpty
        Find-Peer x*, nobody -TimeoutSec 1 | Should -BeNullOrEmpty
    }

    It 'shows a trusted peer with what the book says of it' {
        $null = Add-Peer -NodeId $node.NodeId -Name 'my nas' -Allow Browse

        $peer = Find-Peer 'MY NAS' -TimeoutSec 20 | Select-Object -First 1

        $peer.Trusted | Should -BeTrue
        $peer.Allow | Should -Be Browse
        $peer.NodeId | Should -Be $node.NodeId
    }
}
