namespace PSPeerShare.Core.Trust;

/// <summary>What a peer may do. Rights are given one by one; none follows from another.</summary>
[Flags]
public enum PeerRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>See names, sizes and times, and search.</summary>
    Browse = 1,

    /// <summary>Fetch content.</summary>
    Read = 2,

    /// <summary>Push new files into its own folder of the inbox; never overwrite, delete, list or read back.</summary>
    Write = 4,
}
