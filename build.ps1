<#
.SYNOPSIS
    Builds, tests, packs and installs PSPeerShare.
.DESCRIPTION
    Names tasks; the work is MSBuild's. It uses only the language, native commands and Microsoft.PowerShell.Core, so it
    runs in pwsh and, where there is only the .NET SDK, in the project's own Shell:
        dotnet run --project src/PSPeerShare.Shell -- build.ps1 -Task Build
.PARAMETER Task
    Build    builds everything; the module is then in output/PSPeerShare.
    Test     builds and runs all tests that need nothing but the .NET SDK.
    Pester   builds and runs tests/Pester in a fresh pwsh; fails where pwsh 7.6 or Pester 5 is missing.
    Package  makes the zip and the package for the PowerShell Gallery in artifacts/package.
    Bench    does the same over loopback with the packed module and with scp, sftp, rsync, tar, curl, aria2 and rclone,
             in turn, and prints medians and ratios; about ten minutes, Linux only. It says which tools are missing.
    MicroBench  times hashing, frames, names and the catalog's store alone, with what they allocate; a few minutes.
    Campaign kills both ends of a fetch and of a push of 1 GiB 50 times each, at random moments, and compares what has
             come; about ten minutes and 3 GiB in the folder for temporary files.
    Install  puts the module into the user's module folder, so that Import-Module PSPeerShare works by name.
.PARAMETER Platform
    The platforms for which Package compiles ahead; on all others the module starts by compiling as it runs, about
    0.2 s later. Install takes this machine's.
.PARAMETER BenchOption
    Further options of Bench in one text, for example '--scenario small,big --minutes 0'. Any unknown one lists all.
.PARAMETER Configuration
    Debug or Release for Build, Test and Pester. Package and Install always take Release.
#>
param(
    [ValidateSet('Build', 'Test', 'Pester', 'Package', 'Install', 'Bench', 'MicroBench', 'Campaign')]
    [string[]] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Debug',

    [string[]] $Platform = @('win-x64', 'linux-x64', 'linux-arm64', 'osx-arm64'),

    [string] $BenchOption = ''
)

$ErrorActionPreference = 'Stop'
$root = $PSScriptRoot
$packages = "$root/artifacts/package"
$packedModule = "$packages/module/PSPeerShare"
$compiled = "$root/artifacts/compiled"

function Invoke-DotNet {
    & dotnet @args | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw "dotnet $($args[0]) ended with exit code $LASTEXITCODE."
    }
}

function Invoke-BuildTask {
    Invoke-DotNet build "$root/PSPeerShare.sln" --configuration $Configuration --nologo
}

function Invoke-TestTask {
    Invoke-DotNet test "$root/PSPeerShare.sln" --configuration $Configuration --nologo
}

function Invoke-PesterTask {
    $pwsh = Get-Command pwsh -CommandType Application -TotalCount 1 -ErrorAction Ignore
    if (-not $pwsh) {
        throw 'The Pester suite needs PowerShell 7.6 or later: no pwsh is on the PATH.'
    }

    $version = & $pwsh.Source -NoProfile -NonInteractive -Command '$PSVersionTable.PSVersion.ToString()'
    if ([version]($version -split '-')[0] -lt [version]'7.6') {
        throw "The Pester suite needs PowerShell 7.6 or later: $($pwsh.Source) is $version."
    }

    & $pwsh.Source -NoProfile -NonInteractive -Command 'exit [int](-not (Get-Module Pester -ListAvailable | Where-Object { $_.Version -ge [version]::new(5, 0) }))'
    if ($LASTEXITCODE -ne 0) {
        throw "The Pester suite needs Pester 5 or later: $($pwsh.Source) does not find it. Install it with: Install-PSResource Pester"
    }

    Invoke-BuildTask
    # A fresh process: a module's assemblies stay loaded for the life of the one that imported them.
    & $pwsh.Source -NoProfile -NonInteractive -File "$root/tests/Pester/Invoke-Suite.ps1" | Out-Host
    if ($LASTEXITCODE -ne 0) {
        throw 'The Pester suite failed.'
    }
}

function Invoke-PackageTask {
    if ([IO.Directory]::Exists($compiled)) {
        [IO.Directory]::Delete($compiled, $true)
    }

    foreach ($one in $Platform) {
        # Intermediate files of its own: another runtime's would take the place of those of the build.
        Invoke-DotNet publish "$root/src/PSPeerShare.Core/PSPeerShare.Core.csproj" --configuration Release --nologo --runtime $one --no-self-contained '-p:PublishReadyToRun=true' '-p:RunAnalyzers=false' "-p:ArtifactsPath=$root/artifacts/ahead/$one" --output "$compiled/$one"
    }

    # In a folder of its own: output/ holds what the tests run, and may be in use.
    Invoke-DotNet pack "$root/src/PSPeerShare/PSPeerShare.csproj" --configuration Release --nologo --output $packages "-p:ModuleOutput=$packedModule" "-p:CompiledFolder=$compiled" '-p:ModuleZip=true'
    Write-Host "Packages: $([string]::Join(', ', [IO.Directory]::GetFiles($packages)))"
}

function Invoke-BenchTask {
    $Platform = @(Get-OwnPlatform)
    Invoke-PackageTask
    $pwsh = Get-Command pwsh -CommandType Application -TotalCount 1 -ErrorAction Ignore
    $powerShell = if ($pwsh) { $pwsh.Source } else { "dotnet,$root/artifacts/bin/PSPeerShare.Shell/release/PSPeerShare.Shell.dll" }
    if (-not $pwsh) {
        Invoke-DotNet build "$root/src/PSPeerShare.Shell" --configuration Release --nologo
    }

    Invoke-DotNet run --configuration Release --project "$root/tests/PSPeerShare.Benchmarks" -- side-by-side --module "$packedModule/PSPeerShare.psd1" --powershell $powerShell --json "$root/artifacts/side-by-side.json" $BenchOption.Split(' ', [StringSplitOptions]::RemoveEmptyEntries)
}

function Invoke-MicroBenchTask {
    Invoke-DotNet run --configuration Release --project "$root/tests/PSPeerShare.Benchmarks" -- --filter '*' --artifacts "$root/artifacts/micro"
}

function Invoke-CampaignTask {
    $env:PSPEERSHARE_CAMPAIGN = '1'
    try {
        Invoke-DotNet test "$root/tests/PSPeerShare.Core.Tests" --configuration Release --nologo --filter 'FullyQualifiedName~KillCampaignTests' --logger 'console;verbosity=detailed'
    }
    finally {
        $env:PSPEERSHARE_CAMPAIGN = $null
    }
}

function Copy-Folder($From, $To) {
    foreach ($file in [IO.Directory]::GetFiles($From, '*', 'AllDirectories')) {
        $copy = [IO.Path]::Combine($To, [IO.Path]::GetRelativePath($From, $file))
        $null = [IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($copy))
        [IO.File]::Copy($file, $copy)
    }
}

function Get-OwnPlatform {
    $system = if ($IsWindows) { 'win' } elseif ($IsMacOS) { 'osx' } else { 'linux' }
    $architecture = [Runtime.InteropServices.RuntimeInformation]::OSArchitecture.ToString().ToLowerInvariant()
    "$system-$architecture"
}

function Invoke-InstallTask {
    $Platform = @(Get-OwnPlatform)
    Invoke-PackageTask
    $modules = if ($IsWindows) {
        [IO.Path]::Combine([Environment]::GetFolderPath('MyDocuments'), 'PowerShell', 'Modules')
    }
    else {
        # LocalApplicationData is XDG_DATA_HOME or its default; pwsh looks there too.
        [IO.Path]::Combine([Environment]::GetFolderPath('LocalApplicationData', 'Create'), 'powershell', 'Modules')
    }

    $version = [Reflection.AssemblyName]::GetAssemblyName("$packedModule/PSPeerShare.dll").Version.ToString(3)
    $target = [IO.Path]::Combine($modules, 'PSPeerShare', $version)
    $fresh = "$target.new"
    if ([IO.Directory]::Exists($fresh)) {
        [IO.Directory]::Delete($fresh, $true)
    }

    Copy-Folder $packedModule $fresh
    if ([IO.Directory]::Exists($target)) {
        # Deleted and not overwritten: a process that has the old files loaded keeps them intact.
        [IO.Directory]::Delete($target, $true)
    }

    [IO.Directory]::Move($fresh, $target)
    Write-Host "Installed: $target"
}

try {
    foreach ($name in $Task) {
        & "Invoke-${name}Task"
    }
}
catch {
    [Console]::Error.WriteLine("$name failed: $_")
    exit 1
}
