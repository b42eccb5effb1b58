<#
.SYNOPSIS
    Takes defences out of a copy of the source, one by one, and shows that the tests named for each go red.
.DESCRIPTION
    Copies what the tests of Core need to a scratch folder, builds it without analyzers, and runs all named tests, which
    have to pass. Then, for each defence: one piece of the source is replaced as Defences.ps1 says, Core is built and
    put beside the tests, the named tests run, at least one has to fail, and the piece is put back. A replacement that does not fit
    the source any more, or does not compile, is an error and not a success.

    Prints a table. It takes some minutes, so it is no part of dotnet test. It uses the language, native commands and
    .NET alone, so it runs in pwsh and in the project's own Shell:
        pwsh tests/defences/Test-Defences.ps1
        dotnet run --project src/PSPeerShare.Shell -- tests/defences/Test-Defences.ps1
.PARAMETER Name
    Only the defences whose names are like this.
.PARAMETER Scratch
    The folder to work in; a new one in the temporary folder unless given. One that was given is kept.
#>
param(
    [string] $Name = '*',

    [string] $Scratch
)

$ErrorActionPreference = 'Stop'
$root = [IO.Path]::GetFullPath("$PSScriptRoot/../..")
$isKept = [bool]$Scratch
if (-not $Scratch) {
    $Scratch = [IO.Directory]::CreateTempSubdirectory('pspeershare-defences-').FullName
}

$defences = @(foreach ($defence in & "$PSScriptRoot/Defences.ps1") { if ($defence.Name -like $Name) { $defence } })
$tests = "$Scratch/artifacts/bin/PSPeerShare.Core.Tests/debug"

function Copy-Tree([string] $From, [string] $To) {
    $null = [IO.Directory]::CreateDirectory($To)
    foreach ($file in [IO.Directory]::GetFiles($From)) {
        [IO.File]::Copy($file, "$To/$([IO.Path]::GetFileName($file))", $true)
    }

    foreach ($folder in [IO.Directory]::GetDirectories($From)) {
        $leaf = [IO.Path]::GetFileName($folder)
        if ($leaf -notin 'bin', 'obj') {
            Copy-Tree $folder "$To/$leaf"
        }
    }
}

# The exit code, and what was written.
function Invoke-Tool {
    $output = & dotnet @args 2>&1
    @{ Code = $LASTEXITCODE; Text = $output -join "`n" }
}

function Build([string] $Project, [string] $What) {
    $built = Invoke-Tool build $Project '-p:RunAnalyzers=false' '--nologo' '-v' 'q'
    if ($built.Code -ne 0) {
        throw "$What does not compile:`n$($built.Text)"
    }
}

# Only what is inside of methods changes, so the tests need not be built again.
function Build-Core([string] $What) {
    Build "$Scratch/src/PSPeerShare.Core" $What
    [IO.File]::Copy("$Scratch/artifacts/bin/PSPeerShare.Core/debug/PSPeerShare.Core.dll", "$tests/PSPeerShare.Core.dll", $true)
}

function Test([string[]] $Names) {
    $filter = @(foreach ($name in $Names) { "FullyQualifiedName~$name" }) -join '|'
    Invoke-Tool test "$tests/PSPeerShare.Core.Tests.dll" '--nologo' '--filter' $filter
}

# The names of the tests that failed, without their namespaces.
function Get-Failed([string] $Text) {
    $failed = @(foreach ($match in [regex]::Matches($Text, '(?m)^\s*(?:\[xUnit[^\]]*\]\s+)?([\w.]+\.\w+)(?:\(.*\))? \[FAIL\]')) {
        $parts = $match.Groups[1].Value.Split('.')
        "$($parts[-2]).$($parts[-1])"
    })
    [Linq.Enumerable]::ToArray([Linq.Enumerable]::Distinct([string[]]$failed))
}

$watch = [Diagnostics.Stopwatch]::StartNew()
try {
    foreach ($part in 'src/PSPeerShare.Core', 'tests/PSPeerShare.Core.Tests', 'tests/vectors', 'docs') {
        Copy-Tree "$root/$part" "$Scratch/$part"
    }

    foreach ($file in 'Directory.Build.props', 'Directory.Packages.props', 'global.json', 'PSPeerShare.sln', '.editorconfig', 'nuget.config', 'NuGet.config') {
        if ([IO.File]::Exists("$root/$file")) {
            [IO.File]::Copy("$root/$file", "$Scratch/$file", $true)
        }
    }

    Build "$Scratch/tests/PSPeerShare.Core.Tests" 'The source as it is'
    $all = Test @(foreach ($defence in $defences) { $defence.Tests })
    if ($all.Code -ne 0) {
        throw "The named tests do not pass with all defences in place:`n$($all.Text)"
    }

    '| defence | taken out in | red |'
    '|---|---|---|'
    $silent = @(foreach ($defence in $defences) {
        $path = "$Scratch/src/PSPeerShare.Core/$($defence.File)"
        $source = [IO.File]::ReadAllText($path)
        if ($source.Split([string[]]@($defence.From), 'None').Length -ne 2) {
            throw "$($defence.File) does not have the piece of '$($defence.Name)' exactly once."
        }

        try {
            [IO.File]::WriteAllText($path, $source.Replace($defence.From, $defence.To))
            Build-Core "The source without '$($defence.Name)'"
            $without = Test $defence.Tests
        }
        finally {
            [IO.File]::WriteAllText($path, $source)
        }

        $failed = Get-Failed $without.Text
        $isRed = $without.Code -ne 0 -and $failed.Length -gt 0
        $seen = @(foreach ($test in $failed) { "``$test``" }) -join ', '
        $row = "| $($defence.Name) | ``$($defence.File)`` | $(if ($isRed) { $seen } else { '**none**' }) |"
        [Console]::Out.WriteLine($row)
        if (-not $isRed) {
            $defence.Name
        }
    })
    ''
    "$($defences.Length - $silent.Length) of $($defences.Length) defences have a test that goes red without them; $([int]$watch.Elapsed.TotalSeconds) s."
}
finally {
    if (-not $isKept) {
        [IO.Directory]::Delete($Scratch, $true)
    }
}

if ($silent.Length -gt 0) {
    throw "No test noticed that these were gone: $($silent -join ', ')"
}
