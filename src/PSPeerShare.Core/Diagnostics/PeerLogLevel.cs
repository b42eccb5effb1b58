namespace PSPeerShare.Core.Diagnostics;

/// <summary>How much a node writes to its log: everything from the given level upwards.</summary>
public enum PeerLogLevel
{
    /// <summary>Every step.</summary>
    Verbose = 0,

    /// <summary>What helps to find a fault.</summary>
    Debug,

    /// <summary>Connections, requests, transfers and changes of trust.</summary>
    Information,

    /// <summary>What was refused or went wrong and was mended.</summary>
    Warning,

    /// <summary>What failed.</summary>
    Error,
}
