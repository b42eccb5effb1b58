namespace PSPeerShare.Output;

/// <summary>Which way a transfer goes, seen from here.</summary>
public enum PeerTransferDirection
{
    /// <summary>A peer's file comes here.</summary>
    Receive = 0,

    /// <summary>A file from here goes to a peer.</summary>
    Send = 1,
}
