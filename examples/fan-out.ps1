<#
.SYNOPSIS
    Sends a folder to many peers at once and tells which of them have it.
.DESCRIPTION
    Each peer must have granted this node Write: on the peer, Set-Peer -Name <this node> -Allow Browse, Read, Write, and
    Start-PeerServer with -Inbox. Sending again what a peer has already is Unchanged and costs next to nothing, so after a
    failure the same command is simply run again.
.EXAMPLE
    ./fan-out.ps1 -Path ./release-2.4 -Peer web*
#>
#Requires -Version 7.6
#Requires -Modules PSPeerShare
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Path,

    # Wildcards on names of the peer book.
    [string[]] $Peer = '*'
)

$peers = @(Get-Peer -Name $Peer -ErrorAction SilentlyContinue)
if (-not $peers) {
    [Console]::Error.WriteLine("No peer is named $($Peer -join ' or ').")
    exit 1
}

$transfers = @(Send-PeerFile -LiteralPath $Path -Recurse -Peer $peers -ErrorAction SilentlyContinue -ErrorVariable failures)
$summary = foreach ($one in $peers) {
    $delivered = @($transfers | Where-Object { "$($_.Peer)" -eq $one.Name })

    # The target of an error is the transfer that failed, or the peer that could not be reached at all.
    $errors = @($failures | Where-Object { "$($_.TargetObject.Peer ?? $_.TargetObject)" -eq $one.Name })
    [pscustomobject] @{
        Peer      = $one.Name
        Delivered = $delivered.Count
        Bytes     = [long]($delivered | Measure-Object Length -Sum).Sum
        Errors    = $errors.Count
    }
}

# Out-Host prints now: what still waits for a column's width when `exit` comes would be lost.
$summary | Out-Host
foreach ($failure in $failures) {
    [Console]::Error.WriteLine("$($failure.FullyQualifiedErrorId): $failure")
}

exit [int]($failures.Count -gt 0)
