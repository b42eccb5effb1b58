namespace PSPeerShare.Output;

/// <summary>What a peer may do here.</summary>
[Flags]
public enum PeerRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>See what is shared.</summary>
    Browse = 1,

    /// <summary>Fetch what is shared.</summary>
    Read = 2,

    /// <summary>Put new files into the inbox.</summary>
    Write = 4,
}
