# Runs every *.Tests.ps1 beside it and closes with one line of counts. build.ps1 -Task Pester starts it in a fresh pwsh.
$ErrorActionPreference = 'Stop'
Import-Module Pester -MinimumVersion 5.0

$configuration = New-PesterConfiguration
$configuration.Run.Path = $PSScriptRoot
$configuration.Run.PassThru = $true
$configuration.Output.Verbosity = 'Normal'
$result = Invoke-Pester -Configuration $configuration

# A file that does not load, or a BeforeAll that throws, has no failed test of its own.
$failed = $result.FailedCount + $result.FailedContainersCount + $result.FailedBlocksCount
$skipped = $result.SkippedCount + $result.NotRunCount + $result.InconclusiveCount
"$($result.PassedCount) passed, $failed failed$(if ($skipped) { ", $skipped skipped" })"
exit [int]($failed -ne 0 -or $result.PassedCount -eq 0)
