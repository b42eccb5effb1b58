namespace PSPeerShare.Core.Storage;

/// <summary>How far a peer's catalog has come.</summary>
internal enum PeerCatalogState
{
    /// <summary>It still arrives, and nobody is answered from it.</summary>
    Arriving = 0,

    /// <summary>It is whole.</summary>
    Whole = 1,

    /// <summary>It counts no more; its rows are deleted a few at a time.</summary>
    Dropped = 2,
}
