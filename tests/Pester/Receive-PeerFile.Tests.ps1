BeforeAll {
    Import-Module "$PSScriptRoot/TestNodes.psm1" -Force
    $folder = New-TestFolder
    $manifest = (Get-Module PSPeerShare).Path -replace 'dll$', 'psd1'
    $first = New-TestFile "$folder/out/big.iso" 3000000
    $null = New-TestFile "$folder/out/tree/deep/b.txt" 'b'
    $null = New-TestFile "$folder/out/secret.txt" 'secret'

    # Another pwsh hands over and says code and address; it ends when everything was received.
    function Start-HandOver([string] $SenderHome, [string[]] $Path, [bool] $Piped) {
        $job = Start-Job {
            $env:PSPEERSHARE_HOME = $using:SenderHome
            Import-Module $using:manifest
            if ($using:Piped) {
                Get-Item -LiteralPath $using:Path | Send-PeerFile -Code 6>&1
            }
            else {
                Send-PeerFile -Path $using:Path -Recurse -Code 6>&1
            }
        }
        Wait-Until { @($job.ChildJobs[0].Output).Count -gt 0 -or $job.State -ne 'Running' } 'the code'
        $null = "$($job.ChildJobs[0].Output[0])" -match '-Code (\S+) -Address \S+:(\d+)'
        [pscustomobject]@{ Job = $job; Code = $Matches[1]; Address = "127.0.0.1:$($Matches[2])" }
    }
}

AfterAll {
    Get-Job | Remove-Job -Force
    Remove-TestFolder $folder
}

Describe 'Receive-PeerFile' {
    It 'gets exactly the files that are handed over, ends the sender, and leaves no peer anywhere' {
        $offer = Start-HandOver "$folder/sender" "$folder/out/big.iso", "$folder/out/tree"
        Use-TestHome "$folder/receiver" {
            $received = @(Receive-PeerFile -Code $offer.Code -Address $offer.Address -Destination "$folder/in")
            $received.Count | Should -Be 2
            $received.Status | Should -Be Completed, Completed
            Get-Peer | Should -BeNullOrEmpty
        }
        Get-TestTree "$folder/in" | Should -Be 'big.iso', 'tree/deep/b.txt'
        (Get-FileHash "$folder/in/big.iso").Hash | Should -Be (Get-FileHash $first).Hash

        $null = Wait-Job $offer.Job -Timeout 60
        $sent = @(Receive-Job $offer.Job | Where-Object { $_.PSObject.Properties['SharePath'] })
        $sent.SharePath | Should -Be 'big.iso', 'tree/deep/b.txt'
        $sent.Hash | Should -Not -Contain $null
        Use-TestHome "$folder/sender" { Get-Peer | Should -BeNullOrEmpty }
    }

    It 'hands over what was piped and never another file that its name is a pattern of' {
        [IO.File]::WriteAllText("$folder/out/[a].txt", 'right')
        [IO.File]::WriteAllText("$folder/out/a.txt", 'wrong')
        $offer = Start-HandOver "$folder/sender" "$folder/out/[a].txt" $true
        Use-TestHome "$folder/receiver" {
            (Receive-PeerFile -Code $offer.Code -Address $offer.Address -Destination "$folder/in4/").Name | Should -Be '[a].txt'
        }
        Get-Content -LiteralPath "$folder/in4/[a].txt" | Should -Be right
        $null = Wait-Job $offer.Job -Timeout 60
    }

    It 'offers what can be read, names what cannot, and says afterwards that the code is spent' {
        $null = New-TestFile "$folder/out/stays.txt" 'stays'
        $null = New-TestFile "$folder/out/goes/away.txt" 'away'
        [IO.File]::WriteAllText("$folder/out/goes/line`nbreak", 'unsayable')
        $offer = Start-HandOver "$folder/sender" "$folder/out/stays.txt", "$folder/out/goes"
        Remove-Item "$folder/out/goes/away.txt"
        Use-TestHome "$folder/receiver" {
            $received = @(Receive-PeerFile $offer.Code $offer.Address -Destination "$folder/in6/" -ErrorVariable left -ErrorAction SilentlyContinue)
            $received.Name | Should -Be 'stays.txt'
            $left[0].FullyQualifiedErrorId | Should -BeLike 'EntriesLeftOut*'
        }
        $null = Wait-Job $offer.Job -Timeout 60
        $sent = @(Receive-Job $offer.Job -ErrorVariable failed -ErrorAction SilentlyContinue | Where-Object { $_.PSObject.Properties['SharePath'] })
        $sent.SharePath | Should -Be 'stays.txt'
        $failed.Count | Should -Be 2
        $failed[0].FullyQualifiedErrorId | Should -BeLike 'EntriesLeftOut*'
        $failed[1].FullyQualifiedErrorId | Should -BeLike 'HandOverFailed*'
        "$($failed[1])" | Should -Match 'away\.txt'

        Use-TestHome "$folder/receiver" {
            $again = Get-TestFailure PeerUnreachable { Receive-PeerFile $offer.Code $offer.Address -Destination "$folder/in6/" }
            "$again" | Should -Match 'its code is spent'
        }
    }

    It 'goes on with the same code where something failed on this side' {
        $null = New-TestFile "$folder/in7/big.iso" 'another'
        $offer = Start-HandOver "$folder/sender" $first
        Use-TestHome "$folder/receiver" {
            $null = Get-TestFailure DestinationExists { Receive-PeerFile $offer.Code $offer.Address -Destination "$folder/in7" }
            (Receive-PeerFile $offer.Code $offer.Address -Destination "$folder/in7" -Force).Status | Should -Be Completed
        }
        $null = Wait-Job $offer.Job -Timeout 60
        $offer.Job.State | Should -Be Completed
    }

    It 'takes a ticket from a file and brings all that it shows' {
        $pair = Start-TestPair
        try {
            $null = New-TestFile "$($pair.Share)/by-ticket.txt" 'ticket'
            Use-TestHome $pair.NasHome { "$(New-PeerTicket)" } | Set-Content "$folder/ticket.txt"
            Use-TestHome "$folder/guest" {
                $received = @(Receive-PeerFile -Ticket (Get-Item "$folder/ticket.txt") -Destination "$folder/in3")
                $received.Name | Should -Contain 'by-ticket.txt'
                Get-Peer | Should -BeNullOrEmpty
            }
        }
        finally {
            Stop-TestPair $pair
        }
    }

    It 'finds the one hand-over nearby by its code alone' {
        $former = $env:PSPEERSHARE_DISCOVERY
        $env:PSPEERSHARE_DISCOVERY = '127.0.0.1'
        try {
            $offer = Start-HandOver "$folder/sender" $first
            Use-TestHome "$folder/receiver" {
                Wait-Until {
                    $script:near = @(Receive-PeerFile $offer.Code -Destination "$folder/in4" -ErrorAction Ignore)
                    $script:near.Count -gt 0
                } 'the hand-over to be heard of'
                $script:near.Status | Should -Be Completed
            }
            $null = Wait-Job $offer.Job -Timeout 60
            $offer.Job.State | Should -Be Completed
        }
        finally {
            $env:PSPEERSHARE_DISCOVERY = $former
        }
    }

    It 'says that an address is needed where nobody nearby hands over' {
        $offer = Start-HandOver "$folder/sender" $first
        Use-TestHome "$folder/receiver" {
            $null = Get-TestFailure PairingNodeNotFound { Receive-PeerFile $offer.Code -Destination "$folder/in5" }
        }
        Stop-Job $offer.Job
    }

    It 'says at both ends that a wrong code has used the right one up' {
        $offer = Start-HandOver "$folder/sender" $first
        $wrong = Use-TestHome "$folder/other" {
            $null = Start-PeerServer -Port 0 -ListenAddress 127.0.0.1 -NoDiscovery
            (New-PeerTicket -Code).Code
            Stop-PeerServer -Force
        }
        Use-TestHome "$folder/receiver" {
            $null = Get-TestFailure PairingCodeRefused { Receive-PeerFile -Code $wrong -Address $offer.Address -Destination "$folder/in2" }
        }
        $null = Wait-Job $offer.Job -Timeout 60
        { Receive-Job $offer.Job -ErrorAction Stop } | Should -Throw -ErrorId 'HandOverFailed*'
        Get-TestTree "$folder/in2" | Should -BeNullOrEmpty
    }
}
