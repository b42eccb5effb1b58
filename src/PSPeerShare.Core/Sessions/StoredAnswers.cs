namespace PSPeerShare.Core.Sessions;

/// <summary>When a search is answered from what peers have announced instead of by the peers.</summary>
public enum StoredAnswers
{
    /// <summary>Never: who cannot be asked has no answer.</summary>
    Never = 0,

    /// <summary>For peers that cannot be reached.</summary>
    WhenOffline = 1,

    /// <summary>Always: no peer is asked.</summary>
    Only = 2,
}
