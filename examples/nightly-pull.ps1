<#
.SYNOPSIS
    Fetches what is new on every known peer into one folder a peer, for a scheduler that runs it at night.
.DESCRIPTION
    Files that are there already are recognised by content and not copied again, so the script can run as often as one
    likes. A peer that is switched off costs one error and holds nobody up. The exit code is the number of failures, at
    most 100; each failure is one line on standard error.
.EXAMPLE
    pwsh -NoProfile -File nightly-pull.ps1 -Name *.log, *.log.gz -Destination /srv/collected -Hours 26
#>
#Requires -Version 7.6
#Requires -Modules PSPeerShare
[CmdletBinding()]
param(
    [Parameter(Mandatory)]
    [string] $Destination,

    [string[]] $Name = '*',

    [ValidateRange(1, 100000)]
    [int] $Hours = 26,

    # Bytes per second; the line may have other users at night.
    [long] $RateLimit
)

$limit = @{}
if ($RateLimit) {
    $limit.RateLimit = $RateLimit
}

$failures = @()
$since = (Get-Date).AddHours(-$Hours)
$summary = foreach ($peer in Get-Peer) {
    # A folder a peer: two peers may share the same path.
    $folder = Join-Path $Destination $peer.Name
    $done = Find-PeerFile -Name $Name -Peer $peer -ModifiedAfter $since -ErrorAction SilentlyContinue -ErrorVariable +failures |
        Get-PeerFile -Destination $folder @limit -ErrorAction SilentlyContinue -ErrorVariable +failures

    $copied = @($done | Where-Object Status -EQ Completed)
    [pscustomobject] @{
        Peer      = $peer.Name
        Copied    = $copied.Count
        Bytes     = [long]($copied | Measure-Object Length -Sum).Sum
        Unchanged = @($done).Count - $copied.Count
    }
}

# Out-Host prints now: what still waits for a column's width when `exit` comes would be lost.
$summary | Out-Host
foreach ($failure in $failures) {
    [Console]::Error.WriteLine("$($failure.FullyQualifiedErrorId): $failure")
}

exit [Math]::Min($failures.Count, 100)
