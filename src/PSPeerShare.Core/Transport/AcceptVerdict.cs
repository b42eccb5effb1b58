namespace PSPeerShare.Core.Transport;

/// <summary>What the owner of a listener says to a node that has proved its id.</summary>
internal enum AcceptVerdict
{
    /// <summary>It is a stranger here; it learns that and nothing else.</summary>
    NotTrusted,

    Accepted,
}
