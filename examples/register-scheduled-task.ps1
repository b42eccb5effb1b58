<#
.SYNOPSIS
    Windows: keeps a node running from system start, and pulls new files every night.
.DESCRIPTION
    Both tasks run as the given account whether or not it is logged on; node, peers and tickets are that account's. The
    firewall rule opens the node's port for this program on domain and private networks only.
.EXAMPLE
    ./register-scheduled-task.ps1 -Path D:\iso, D:\logs -Inbox D:\inbox -PullTo D:\collected -Credential (Get-Credential)
#>
#Requires -Version 7.6
#Requires -RunAsAdministrator
#Requires -Modules PSPeerShare
[CmdletBinding(SupportsShouldProcess)]
param(
    [Parameter(Mandatory)]
    [string[]] $Path,

    [Parameter(Mandatory)]
    [string] $Inbox,

    [Parameter(Mandatory)]
    [pscredential] $Credential,

    [string] $PullTo,

    [ValidateRange(1, 65535)]
    [int] $Port = 22021,

    [datetime] $PullAt = '02:30'
)

$ErrorActionPreference = 'Stop'
$pwsh = (Get-Process -Id $PID).Path

# A quote inside a single-quoted PowerShell string is written twice.
function ConvertTo-Literal([string] $Text) {
    "'" + $Text.Replace("'", "''") + "'"
}

function New-PwshAction([string] $Command) {
    # Encoded: no rule of two command lines on the way can change the paths.
    $encoded = [Convert]::ToBase64String([Text.Encoding]::Unicode.GetBytes($Command))
    New-ScheduledTaskAction -Execute $pwsh -Argument "-NoProfile -NonInteractive -EncodedCommand $encoded"
}

$account = @{ User = $Credential.UserName; Password = $Credential.GetNetworkCredential().Password }
$folders = ($Path | ForEach-Object { ConvertTo-Literal (Convert-Path -LiteralPath $_) }) -join ', '
$serve = "`$ErrorActionPreference = 'Stop'; Import-Module PSPeerShare; " +
    "Start-PeerServer -LiteralPath $folders -Inbox $(ConvertTo-Literal $Inbox) -Port $Port -Wait"

if ($PSCmdlet.ShouldProcess('PSPeerShare node', 'Register the scheduled task')) {
    $settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([timespan]::Zero) -RestartCount 10 -RestartInterval (New-TimeSpan -Minutes 1)
    Register-ScheduledTask -TaskName 'PSPeerShare node' -Action (New-PwshAction $serve) -Settings $settings `
        -Trigger (New-ScheduledTaskTrigger -AtStartup) @account -Force
    New-NetFirewallRule -DisplayName 'PSPeerShare node' -Direction Inbound -Program $pwsh -Protocol TCP -LocalPort $Port `
        -Profile Domain, Private -Action Allow | Out-Null
    Start-ScheduledTask -TaskName 'PSPeerShare node'
}

if ($PullTo -and $PSCmdlet.ShouldProcess('PSPeerShare nightly pull', 'Register the scheduled task')) {
    $pull = "& $(ConvertTo-Literal "$PSScriptRoot\nightly-pull.ps1") -Destination $(ConvertTo-Literal $PullTo); exit `$LASTEXITCODE"
    Register-ScheduledTask -TaskName 'PSPeerShare nightly pull' -Action (New-PwshAction $pull) `
        -Trigger (New-ScheduledTaskTrigger -Daily -At $PullAt) @account -Force
}
