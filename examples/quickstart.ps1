<#
.SYNOPSIS
    The main job on one machine: two nodes, each with a home and a process of its own, trust each other by a ticket,
    search, fetch a real folder, send files back, and every file's hash is compared.
.DESCRIPTION
    Needs nothing but the .NET SDK:
        dotnet run --project src/PSPeerShare.Shell -- examples/quickstart.ps1
    Runs in pwsh too, after dotnet build. All traffic stays on 127.0.0.1, and everything it makes is removed at the end.
.PARAMETER Folder
    The folder that is shared and fetched; /usr/share/doc where it is filled, else the .NET SDK's own folder.
.PARAMETER Keep
    Leaves the homes, the fetched files and the logs where they are.
#>
param(
    [string] $Folder,
    [switch] $Keep
)

$ErrorActionPreference = 'Stop'
$module = [IO.Path]::GetFullPath("$PSScriptRoot/../output/PSPeerShare/PSPeerShare.psd1")
if (-not (Get-Module PSPeerShare)) {
    Import-Module $module
}

# What a share shows: regular files, no links.
$everything = [IO.EnumerationOptions] @{ RecurseSubdirectories = $true; AttributesToSkip = 'ReparsePoint'; IgnoreInaccessible = $true }

function Get-FileTable([string] $Root) {
    $table = [Collections.Generic.SortedDictionary[string, string]]::new([StringComparer]::Ordinal)
    foreach ($file in [IO.Directory]::EnumerateFiles($Root, '*', $everything)) {
        $stream = [IO.File]::OpenRead($file)
        try {
            # SHA-256 of .NET: a judge that shares no code with the transfer.
            $hash = [Convert]::ToHexString([Security.Cryptography.SHA256]::HashData($stream))
        }
        finally {
            $stream.Dispose()
        }

        $table[[IO.Path]::GetRelativePath($Root, $file)] = $hash
    }

    , $table
}

function Compare-Folder([string] $Expected, [string] $Actual) {
    $left = Get-FileTable $Expected
    $right = Get-FileTable $Actual
    $differing = 0
    foreach ($name in $left.Keys) {
        if ($right[$name] -ne $left[$name]) {
            $differing++
            Write-Host "Differs or is missing: $name"
        }
    }

    if ($differing -gt 0 -or $left.Count -ne $right.Count) {
        throw "$differing of $($left.Count) files differ, $($right.Count) files arrived."
    }

    $left.Count
}

function Get-Result([string] $Step, [int] $Files, [long] $Bytes, [string] $Result) {
    $size = if ($Bytes) { '{0:n1} MiB' -f ($Bytes / 1MB) }
    [pscustomobject] @{ Step = $Step; Files = $Files ? $Files : $null; Size = $size; Result = $Result }
}

function Get-Total([object[]] $Files) {
    $total = 0L
    foreach ($file in $Files) {
        $total += $file.Length
    }

    $total
}

# The second node's process: this very host with another home.
function Start-Nas {
    $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    if ([IO.Path]::GetFileNameWithoutExtension($start.FileName) -eq 'dotnet') {
        $start.ArgumentList.Add([Environment]::GetCommandLineArgs()[0])
    }

    $command = 'if (-not (Get-Module PSPeerShare)) { Import-Module $env:QUICKSTART_MODULE }
        Start-PeerServer -LiteralPath $env:QUICKSTART_FOLDER -Inbox $env:QUICKSTART_INBOX -Name nas -Port 0 -ListenAddress 127.0.0.1 -Wait | Out-Null'
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', $command) {
        $start.ArgumentList.Add($argument)
    }

    $start.Environment['PSPEERSHARE_HOME'] = $nasHome
    $start.Environment['QUICKSTART_MODULE'] = $module
    $start.Environment['QUICKSTART_FOLDER'] = $Folder
    $start.Environment['QUICKSTART_INBOX'] = $inbox
    [Diagnostics.Process]::Start($start)
}

# Cmdlets act on the home's running node in whichever process it runs; which home is asked at every call.
function Wait-Nas($Process) {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while ($watch.Elapsed.TotalSeconds -lt 30 -and -not $Process.HasExited) {
        $server = Get-PeerServer -ErrorAction Ignore
        if ($server.State -eq 'Running') {
            return $server
        }

        $null = $Process.WaitForExit(100)
    }

    throw 'The second node did not start.'
}

if (-not $Folder) {
    $Folder = '/usr/share/doc'
    if (-not [IO.Directory]::Exists($Folder) -or @([IO.Directory]::EnumerateFiles($Folder, '*', $everything)).Count -lt 1000) {
        $Folder = [IO.Path]::GetFullPath([Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory() + '../../../sdk')
    }
}

$Folder = [IO.Path]::TrimEndingDirectorySeparator([IO.Path]::GetFullPath($Folder))
$work = [IO.Directory]::CreateTempSubdirectory('pspeershare-quickstart-').FullName
$nasHome = "$work/nas-home"
$laptopHome = "$work/laptop-home"
$inbox = "$work/nas-inbox"
$fetched = "$work/fetched"
$formerHome = $env:PSPEERSHARE_HOME
$watch = [Diagnostics.Stopwatch]::new()
$nas = $null
$results = @(
    try {
        $nas = Start-Nas
        $env:PSPEERSHARE_HOME = $nasHome
        $server = Wait-Nas $nas
        Write-Host "nas     $($server.NodeId)"
        Write-Host "        serves $Folder on $($server.Endpoints -join ', ') from process $($nas.Id)"
        $ticket = New-PeerTicket -Allow Browse, Read, Write

        # From here on this process is the laptop. The ticket's text is all that it knows of the other node.
        $env:PSPEERSHARE_HOME = $laptopHome
        Write-Host "laptop  $((Get-PeerIdentity).NodeId)"
        $watch.Restart()
        $peer = Add-Peer -Ticket "$ticket"
        Get-Result 'trust by a ticket' 0 0 "$($peer.Name) in $($watch.ElapsedMilliseconds) ms"

        $watch.Restart()
        $found = @(Find-PeerFile -Peer $peer.Name)
        $bytes = Get-Total $found
        Get-Result 'search' $found.Count $bytes "in $($watch.ElapsedMilliseconds) ms"

        $watch.Restart()
        $transfers = @($found | Get-PeerFile -Destination $fetched)
        $seconds = $watch.Elapsed.TotalSeconds
        Get-Result 'fetch' $transfers.Count (Get-Total $transfers) ('in {0:n1} s, {1:n0} MiB/s' -f $seconds, ($bytes / 1MB / $seconds))

        $count = Compare-Folder $Folder $fetched
        Get-Result 'compare with the source' $count $bytes 'identical, by SHA-256'

        $watch.Restart()
        $again = @($found | Get-PeerFile -Destination $fetched)
        $copied = @($again | Where-Object Status -ne Unchanged).Count
        if ($copied -gt 0) {
            throw "The second fetch copied $copied files."
        }

        Get-Result 'fetch again' $again.Count 0 ('nothing copied, in {0:n1} s' -f $watch.Elapsed.TotalSeconds)

        $back = [IO.Directory]::CreateDirectory("$work/report").FullName
        [IO.File]::WriteAllText("$back/summary.txt", "fetched $($transfers.Count) files from $Folder")
        [IO.File]::WriteAllText("$back/보고서 😀.txt", 'names are Unicode')
        [IO.File]::WriteAllText("$back/[brackets] and -dashes.txt", 'brackets are no wildcards here')
        $watch.Restart()
        $sent = @(Send-PeerFile -LiteralPath $back -Recurse -Peer $peer.Name)
        Get-Result 'send back' $sent.Count 0 "into the inbox, in $($watch.ElapsedMilliseconds) ms"

        # The inbox has a folder for every peer; what was sent as a folder is a folder there.
        $arrived = @([IO.Directory]::EnumerateDirectories($inbox, 'report', 'AllDirectories'))
        if ($arrived.Count -ne 1) {
            throw "The inbox holds $($arrived.Count) folders named report."
        }

        $count = Compare-Folder $back $arrived[0]
        Get-Result 'compare with the inbox' $count 0 'identical, by SHA-256'
    }
    finally {
        if ($nas) {
            $env:PSPEERSHARE_HOME = $nasHome
            Stop-PeerServer -ErrorAction Continue
            if (-not $nas.WaitForExit(15000)) {
                $nas.Kill()
            }
        }

        $env:PSPEERSHARE_HOME = $formerHome
        if ($Keep) {
            Write-Host "Kept: $work"
        }
        else {
            [IO.Directory]::Delete($work, $true)
        }
    }
)

$results
