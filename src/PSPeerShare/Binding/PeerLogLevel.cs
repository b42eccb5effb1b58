namespace PSPeerShare.Binding;

/// <summary>The least severe events that a log keeps.</summary>
public enum PeerLogLevel
{
    /// <summary>Everything.</summary>
    Verbose = 0,

    /// <summary>What helps to find a fault.</summary>
    Debug = 1,

    /// <summary>Connections, requests and transfers.</summary>
    Information = 2,

    /// <summary>What went wrong and was dealt with.</summary>
    Warning = 3,

    /// <summary>What failed.</summary>
    Error = 4,
}
