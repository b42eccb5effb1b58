BeforeDiscovery {
    $cmdlets = (Import-PowerShellDataFile "$PSScriptRoot/../../output/PSPeerShare/PSPeerShare.psd1").CmdletsToExport |
        ForEach-Object { @{ Name = $_ } }
}

BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $manifest = [IO.Path]::GetFullPath("$PSScriptRoot/../../output/PSPeerShare/PSPeerShare.psd1")
    $pair = Start-TestPair
    $null = New-TestFile "$($pair.Share)/a.txt" 'a'
    $null = New-TestFile "$($pair.Share)/b.log" 2000000
}

AfterAll {
    Stop-TestPair $pair
}

Describe 'The module' {
    It 'has a valid manifest' {
        $info = Test-ModuleManifest $manifest -ErrorAction Stop

        $info.ExportedCmdlets.Count | Should -BeGreaterOrEqual 19
        $info.PowerShellVersion | Should -BeGreaterOrEqual ([version] '7.6')
        $info.CompatiblePSEditions | Should -Be Core
    }

    It 'exports its cmdlets and nothing else' {
        $module = Get-Module PSPeerShare

        $module.ExportedCommands.Count | Should -Be $module.ExportedCmdlets.Count
        $module.ExportedAliases.Count + $module.ExportedFunctions.Count + $module.ExportedVariables.Count | Should -Be 0
    }

    It 'has a test file for every cmdlet' -ForEach $cmdlets {
        "$PSScriptRoot/$Name.Tests.ps1" | Should -Exist
    }

    It 'uses approved verbs' -ForEach $cmdlets {
        (Get-Command $Name).Verb | Should -BeIn (Get-Verb).Verb
    }

    It 'loads by name from the module path, and by itself when a cmdlet is called' {
        $said = Invoke-TestProcess $pair.LaptopHome '
            Remove-Module PSPeerShare
            $env:PSModulePath = $with.Path + [IO.Path]::PathSeparator + $env:PSModulePath
            (Get-Peer).Name
            (Get-Module PSPeerShare).Path' @{ Path = [IO.Path]::GetDirectoryName([IO.Path]::GetDirectoryName($manifest)) }

        $said.Output[0] | Should -Be nas
        $said.Output[1] | Should -BeLike ([IO.Path]::GetDirectoryName($manifest) + '*')
    }

    It 'can be imported twice, and again by force' {
        $said = Invoke-TestProcess $pair.LaptopHome '
            $null = Find-PeerFile
            Import-Module $env:TEST_MODULE
            Import-Module $env:TEST_MODULE -Force
            Import-Module $env:TEST_MODULE -Force
            (Find-PeerFile a.txt).Name
            (Find-PeerFile a.txt | Format-Table | Out-String) -match "share/a.txt"
            @([Runtime.Loader.AssemblyLoadContext]::All | Where-Object Name -EQ PSPeerShare.Core).Count'

        $said.Errors | Should -BeNullOrEmpty
        $said.Output | Should -Be a.txt, True, 1
    }

    It 'leaves a running node alone when it is removed' {
        $serving = Start-TestProcess "$($pair.Root)/removed-home" '
            $server = Start-PeerServer -Path $with.Share -Port 0 -ListenAddress 127.0.0.1
            $ticket = New-PeerTicket
            Remove-Module PSPeerShare
            "ready $ticket"
            $null = [Threading.EventWaitHandle]::new($false, "ManualReset").WaitOne(60000)' @{ Share = $pair.Share }
        $errors = $serving.StandardError.ReadToEndAsync()
        try {
            $line = $serving.StandardOutput.ReadLineAsync()
            $line.Wait(60000) | Should -BeTrue
            Use-TestHome "$($pair.Root)/removed-guest" {
                $peer = Add-Peer $line.Result.Split(' ')[1]
                (Find-PeerFile a.txt -Peer $peer).Name | Should -Be a.txt
            }
        }
        finally {
            $serving.Kill()
            $null = $errors.Wait(10000)
        }
    }

    It 'brings nothing third-party into the default load context' {
        $said = Invoke-TestProcess $pair.LaptopHome '
            $null = Find-PeerFile | Get-PeerFile -Destination $with.To
            $null = Start-PeerServer -Port 0 -ListenAddress 127.0.0.1
            Stop-PeerServer
            foreach ($assembly in [Runtime.Loader.AssemblyLoadContext]::Default.Assemblies) {
                if ($assembly.Location -and -not $assembly.Location.StartsWith($PSHOME) -and
                    -not $assembly.Location.StartsWith([Runtime.InteropServices.RuntimeEnvironment]::GetRuntimeDirectory())) {
                    $assembly.GetName().Name
                }
            }' @{ To = "$($pair.Root)/context" }

        $said.Errors | Should -BeNullOrEmpty
        $said.Output | Should -Be PSPeerShare
    }

    It 'does not load Core before it is needed' {
        $said = Invoke-TestProcess $pair.LaptopHome '[Runtime.Loader.AssemblyLoadContext]::All.Name -contains "PSPeerShare.Core"; $null = Get-Peer
            [Runtime.Loader.AssemblyLoadContext]::All.Name -contains "PSPeerShare.Core"'

        $said.Output | Should -Be False, True
    }
}

Describe 'Help' {
    It 'tells what <Name> does, with two examples' -ForEach $cmdlets {
        $help = Get-Help $Name -Full

        $help.Synopsis | Should -Not -BeNullOrEmpty
        $help.Synopsis | Should -Not -Match "^\s*$Name\s*\["
        "$($help.description.Text)" | Should -Not -BeNullOrEmpty
        @($help.examples.example).Count | Should -BeGreaterOrEqual 2
        foreach ($example in $help.examples.example) {
            $example.code | Should -Match $Name
        }
    }

    It 'describes every parameter of <Name>' -ForEach $cmdlets {
        $common = [Management.Automation.Cmdlet]::CommonParameters + [Management.Automation.Cmdlet]::OptionalCommonParameters
        foreach ($parameter in (Get-Command $Name).Parameters.Values | Where-Object Name -NotIn $common) {
            $described = Get-Help $Name -Parameter $parameter.Name -ErrorAction Stop
            "$($described.description.Text)" | Should -Not -BeNullOrEmpty -Because $parameter.Name
        }
    }

    It 'has an overview' {
        $said = Invoke-TestProcess $pair.LaptopHome 'Get-Help about_PSPeerShare' @{}

        "$($said.Output)" | Should -Match 'PSPEERSHARE_HOME'
    }

    It 'lists every error id of errors.md in the form that errors have' {
        $ids = Get-Content "$PSScriptRoot/../../docs/errors.md" | Where-Object { $_ -cmatch '^### [A-Z][A-Za-z]+$' }
        $ids.Count | Should -BeGreaterThan 50
    }
}

Describe 'Every cmdlet' {
    It '<Name> names its output type' -ForEach $cmdlets {
        $writes = (Get-Command $Name).OutputType
        if ($Name -match '^(Stop|Remove|Suspend)-') {
            $writes | Should -BeNullOrEmpty
        }
        else {
            $writes | Should -Not -BeNullOrEmpty
        }
    }

    It '<Name> asks ShouldProcess if and only if it changes something' -ForEach $cmdlets {
        $hasWhatIf = (Get-Command $Name).Parameters.ContainsKey('WhatIf')
        $changes = $Name -notmatch '^(Get|Find|Test)-' -or $Name -eq 'Get-PeerFile'

        $hasWhatIf | Should -Be $changes
    }
}

Describe 'Use in scripts' {
    It 'works in ForEach-Object -Parallel' {
        $files = @(Find-PeerFile)
        $to = "$($pair.Root)/parallel"

        $transfers = @(1..4 | ForEach-Object -ThrottleLimit 4 -Parallel {
                Import-Module $using:manifest
                $using:files | Get-PeerFile -Destination "$using:to/$_"
            })

        $transfers.Count | Should -Be 8
        $transfers.Status | Select-Object -Unique | Should -Be Completed
        (Get-TestTree $to).Count | Should -Be 8
    }

    It 'works in a job, and its objects come back with their properties' {
        $job = Start-Job {
            Import-Module $using:manifest
            Find-PeerFile *.log | Get-PeerFile -Destination "$args/job"
        } -ArgumentList $pair.Root
        try {
            $null = $job | Wait-Job -Timeout 60
            $transfer = Receive-Job $job -ErrorAction Stop
        }
        finally {
            Remove-Job $job -Force
        }

        $transfer.Name | Should -Be b.log
        $transfer.Status | Should -Be Completed
        $transfer.Length | Should -Be 2000000
    }

    It 'ends a script with 1 at an error under Stop, and says what to do on standard error' {
        $said = Invoke-TestProcess $pair.LaptopHome '$ErrorActionPreference = "Stop"; Get-PeerFile nas share/nothing.txt; "went on"'

        $said.ExitCode | Should -Be 1
        $said.Output | Should -BeNullOrEmpty
        $said.Errors | Should -Match 'share/nothing.txt is not there'
        $said.Errors | Should -Match 'Look with Find-PeerFile'
    }

    It 'gives every failure as an error record and goes on otherwise' {
        $said = Invoke-TestProcess $pair.LaptopHome '
            Get-PeerFile nas share/nothing.txt, share/a.txt -Destination $with.To -ErrorAction SilentlyContinue -ErrorVariable failures | ForEach-Object Name
            foreach ($failure in $failures) { "$($failure.FullyQualifiedErrorId.Split(",")[0]) $($failure.TargetObject)" }' @{ To = "$($pair.Root)/script" }

        $said.ExitCode | Should -Be 0
        $said.Output | Should -Be a.txt, 'FileNotFound share/nothing.txt'
    }

    It 'writes objects that survive JSON, CSV and CLIXML' {
        $files = Find-PeerFile | Sort-Object Name

        ($files | ConvertTo-Json | ConvertFrom-Json).ForEach('Length') | Should -Be 1, 2000000
        ($files | ConvertTo-Csv | ConvertFrom-Csv).SharePath | Should -Be share/a.txt, share/b.log
        $files | Export-Clixml "$($pair.Root)/files.xml"
        (Import-Clixml "$($pair.Root)/files.xml").ForEach('Length') | Should -Be 1, 2000000
    }
}
