<#
    Two nodes for the tests. The process that runs Pester is the laptop: its cmdlets act on the home that
    PSPEERSHARE_HOME names. The nas serves in a second pwsh, until the test stops it or its file is done.
    Every wait here is bounded.
#>
$script:Manifest = [IO.Path]::GetFullPath("$PSScriptRoot/../../output/PSPeerShare/PSPeerShare.psd1")
$script:PatienceSeconds = 60

Import-Module $script:Manifest -Global

# Tests say nothing on the networks of the machine they run on, and neither do the processes that they start.
$env:PSPEERSHARE_DISCOVERY = 'Off'

function New-TestFolder {
    [IO.Directory]::CreateTempSubdirectory('pspeershare-pester-').FullName
}

function Remove-TestFolder([string] $Path) {
    # Removed by hand and not left to TestDrive: names with brackets, and what an open database holds on Windows.
    Remove-Item -LiteralPath $Path -Recurse -Force -ErrorAction Ignore
}

# Writes a file with its folders; a number is a length, filled with bytes that differ from file to file.
function New-TestFile([string] $Path, [object] $Content = 'content') {
    $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($Path))
    if ($Content -is [string]) {
        [IO.File]::WriteAllText($Path, $Content)
    }
    else {
        $bytes = [byte[]]::new($Content)
        [Random]::new($Path.Length + $Content).NextBytes($bytes)
        [IO.File]::WriteAllBytes($Path, $bytes)
    }

    $Path
}

# The files below a folder as relative paths, sorted.
function Get-TestTree([string] $Folder) {
    if ([IO.Directory]::Exists($Folder)) {
        $names = @([IO.Directory]::EnumerateFiles($Folder, '*', 'AllDirectories') |
            ForEach-Object { [IO.Path]::GetRelativePath($Folder, $_).Replace('\', '/') })
        [Array]::Sort($names, [StringComparer]::Ordinal)
        $names
    }
}

# Runs a script against another home of this machine.
function Use-TestHome([string] $Path, [scriptblock] $Script) {
    $former = $env:PSPEERSHARE_HOME
    $env:PSPEERSHARE_HOME = $Path
    try {
        & $Script
    }
    finally {
        $env:PSPEERSHARE_HOME = $former
    }
}

function Wait-Until([scriptblock] $Condition, [string] $What = 'the condition') {
    $watch = [Diagnostics.Stopwatch]::StartNew()
    while (-not (& $Condition)) {
        if ($watch.Elapsed.TotalSeconds -gt $script:PatienceSeconds) {
            throw "Waited $script:PatienceSeconds s in vain for $What."
        }

        [Threading.Thread]::Sleep(50)
    }
}

# The one error of a script that must fail: its id, its target, and that it says what to do.
function Get-TestFailure([string] $Id, [scriptblock] $Script, [object] $Target) {
    $errors = @(
        try {
            & $Script 2>&1 | Where-Object { $_ -is [Management.Automation.ErrorRecord] }
        }
        catch {
            $_
        }
    )
    if ($errors.Count -ne 1) {
        throw "Expected one error '$Id', got $($errors.Count): $($errors -join '; ')"
    }

    $failure = $errors[0]
    if ($failure.FullyQualifiedErrorId -notlike "$Id,*" -or $failure.Exception.ErrorId -ne $Id) {
        throw "Expected the error '$Id', got '$($failure.FullyQualifiedErrorId)': $failure"
    }

    if (-not $failure.ErrorDetails.RecommendedAction) {
        throw "'$Id' does not say what to do."
    }

    if ($PSBoundParameters.ContainsKey('Target') -and $failure.TargetObject -ne $Target) {
        throw "Expected '$Id' for '$Target', its target is '$($failure.TargetObject)'."
    }

    $failure
}

# A fresh pwsh with the module; $with holds the values. Its standard input is closed, as under a scheduler.
function Start-TestProcess([string] $HomePath, [string] $Script, [hashtable] $With = @{}) {
    $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    if ([IO.Path]::GetFileNameWithoutExtension($start.FileName) -eq 'dotnet') {
        $start.ArgumentList.Add([Environment]::GetCommandLineArgs()[0])
    }

    $prologue = '$PSStyle.OutputRendering = "PlainText"; Import-Module $env:TEST_MODULE; $with = $env:TEST_WITH | ConvertFrom-Json -AsHashtable; '
    foreach ($argument in '-NoProfile', '-NonInteractive', '-Command', ($prologue + $Script)) {
        $start.ArgumentList.Add($argument)
    }

    $start.Environment['PSPEERSHARE_HOME'] = $HomePath
    $start.Environment['TEST_MODULE'] = $script:Manifest
    $start.Environment['TEST_WITH'] = ConvertTo-Json $With -Depth 5 -Compress
    $start.RedirectStandardInput = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $process = [Diagnostics.Process]::Start($start)
    $process.StandardInput.Close()
    $process
}

# Runs a script in a process of its own to its end.
function Invoke-TestProcess([string] $HomePath, [string] $Script, [hashtable] $With = @{}) {
    $process = Start-TestProcess $HomePath $Script $With
    Receive-TestProcess $process $process.StandardError.ReadToEndAsync()
}

# What a process wrote from here on, once it has ended.
function Receive-TestProcess([Diagnostics.Process] $Process, [Threading.Tasks.Task[string]] $Errors) {
    $output = $Process.StandardOutput.ReadToEndAsync()
    if (-not $Process.WaitForExit($script:PatienceSeconds * 1000)) {
        $Process.Kill($true)
        throw "The process did not end in $script:PatienceSeconds s. It wrote: $($output.Result) $($Errors.Result)"
    }

    [pscustomobject] @{
        ExitCode = $Process.ExitCode
        Output   = @($output.GetAwaiter().GetResult() -split '\r?\n' | Where-Object { $_ })
        Errors   = $Errors.GetAwaiter().GetResult()
    }
}

# A node that serves in a process of its own; it is ready when this returns.
function Start-TestNode([string] $HomePath, [hashtable] $With = @{}) {
    $all = @{ ListenAddress = '127.0.0.1'; Port = 0; Name = 'nas'; Wait = $true }
    foreach ($key in $With.Keys) {
        $all[$key] = $With[$key]
    }

    $process = Start-TestProcess $HomePath 'Start-PeerServer @with | ForEach-Object { "ready $($_.Port) $($_.NodeId)" }' $all
    $errors = $process.StandardError.ReadToEndAsync()
    $line = $process.StandardOutput.ReadLineAsync()
    if (-not $line.Wait($script:PatienceSeconds * 1000) -or $line.Result -notlike 'ready *') {
        $process.Kill($true)
        throw "The node did not start: $($errors.GetAwaiter().GetResult())"
    }

    $null, $port, $nodeId = $line.Result -split ' '
    [pscustomobject] @{ Process = $process; HomePath = $HomePath; Port = [int] $port; NodeId = $nodeId; Errors = $errors }
}

# Ends a node and hands on how its process ended.
function Stop-TestNode([object] $Node) {
    if (-not $Node.Process.HasExited) {
        Use-TestHome $Node.HomePath { Stop-PeerServer -Force -ErrorAction Ignore }
    }

    Receive-TestProcess $Node.Process $Node.Errors
}

# nas shares the folder "share" and has an inbox; laptop, which is this process, and nas trust each other.
function Start-TestPair([string] $Allow = 'Browse, Read, Write', [hashtable] $With = @{}) {
    $root = New-TestFolder
    $share = [IO.Directory]::CreateDirectory("$root/share").FullName
    $pair = [pscustomobject] @{
        Root       = $root
        Share      = $share
        Inbox      = "$root/inbox"
        NasHome    = "$root/nas-home"
        LaptopHome = "$root/laptop-home"
        Former     = $env:PSPEERSHARE_HOME
        Nas        = Start-TestNode "$root/nas-home" (@{ Path = $share; Inbox = "$root/inbox" } + $With)
    }
    $ticket = Use-TestHome $pair.NasHome { New-PeerTicket -Allow $Allow }
    $env:PSPEERSHARE_HOME = $pair.LaptopHome
    $null = Add-Peer -Ticket "$ticket" -Allow Browse, Read, Write
    $pair
}

function Stop-TestPair([object] $Pair) {
    # Nothing when BeforeAll failed.
    if ($Pair) {
        Use-TestHome $Pair.LaptopHome { Stop-PeerServer -Force -ErrorAction Ignore }
        $null = Stop-TestNode $Pair.Nas
        $env:PSPEERSHARE_HOME = $Pair.Former
        Remove-TestFolder $Pair.Root
    }
}

# A pipeline of its own that a test can stop; $with holds the values.
function Start-TestPipeline([string] $Script, [hashtable] $With = @{}) {
    $state = [initialsessionstate]::CreateDefault2()
    $state.ImportPSModule($script:Manifest)
    $shell = [powershell]::Create($state)
    $null = $shell.AddScript('param($with) ' + $Script).AddArgument($With)
    $output = [Management.Automation.PSDataCollection[psobject]]::new()
    $running = $shell.BeginInvoke([Management.Automation.PSDataCollection[psobject]]::new(), $output)
    [pscustomobject] @{ Shell = $shell; Output = $output; Running = $running }
}

# Until a pipeline's transfer is under way: it says so itself.
function Wait-TestTransfer([object] $Pipeline) {
    Wait-Until { @($Pipeline.Shell.Streams.Progress) | Where-Object PercentComplete -GT 0 } 'the transfer to begin'
}

# As Ctrl+C does; true when it ended in time.
function Stop-TestPipeline([object] $Pipeline) {
    $stopping = $Pipeline.Shell.BeginStop($null, $null)
    $ended = $stopping.AsyncWaitHandle.WaitOne($script:PatienceSeconds * 1000)
    if ($ended) {
        $Pipeline.Shell.EndStop($stopping)
        $Pipeline.Shell.Dispose()
    }

    $ended
}

# Completions as a user gets them at the end of a line.
function Get-TestCompletion([string] $Line) {
    (TabExpansion2 -inputScript $Line -cursorColumn $Line.Length).CompletionMatches.CompletionText
}

Export-ModuleMember -Function *-Test*, Wait-Until, Use-TestHome
