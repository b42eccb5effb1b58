@{
    RootModule           = 'PSPeerShare.dll'
    ModuleVersion        = '0.1.0'
    GUID                 = '5c0d9a3e-7b1f-4a56-9a2c-6f3d8e41b7c0'
    Author               = 'PSPeerShare contributors'
    CompanyName          = 'PSPeerShare contributors'
    Copyright            = '(c) PSPeerShare contributors. MIT licence.'
    Description          = 'Share, find, fetch and send files directly between machines: encrypted, verified, without a server in between.'
    PowerShellVersion    = '7.6'
    CompatiblePSEditions = @('Core')
    # The types file names methods of the assembly, and types are read before the root module.
    RequiredAssemblies   = @('PSPeerShare.dll')
    TypesToProcess       = @('PSPeerShare.Types.ps1xml')
    FormatsToProcess     = @('PSPeerShare.Format.ps1xml')
    FunctionsToExport    = @()
    AliasesToExport      = @()
    VariablesToExport    = @()
    CmdletsToExport      = @(
        'Add-Peer'
        'Add-PeerShare'
        'Find-Peer'
        'Find-PeerFile'
        'Get-Peer'
        'Get-PeerFile'
        'Get-PeerIdentity'
        'Get-PeerServer'
        'Get-PeerShare'
        'Get-PeerTicket'
        'Get-PeerTransfer'
        'New-PeerIdentity'
        'New-PeerTicket'
        'Receive-PeerFile'
        'Remove-Peer'
        'Remove-PeerShare'
        'Remove-PeerTicket'
        'Resume-PeerTransfer'
        'Send-PeerFile'
        'Set-Peer'
        'Show-PeerDashboard'
        'Start-PeerServer'
        'Stop-PeerServer'
        'Stop-PeerTransfer'
        'Suspend-PeerTransfer'
        'Test-Peer'
    )
    PrivateData          = @{
        PSData = @{
            Tags         = @('file', 'transfer', 'share', 'peer-to-peer', 'tls', 'blake3', 'PSEdition_Core', 'Windows', 'Linux', 'MacOS')
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
