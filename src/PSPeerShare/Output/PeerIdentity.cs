namespace PSPeerShare.Output;

/// <summary>Who this home is.</summary>
/// <remarks>Immutable. Names are as the other side states them; the views escape what could harm a terminal.</remarks>
public sealed class PeerIdentity
{
    internal PeerIdentity()
    {
    }

    /// <summary>The name that the node goes by unless it is started with another.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>The full node id, to be given to others.</summary>
    public string NodeId { get; internal init; } = "";

    /// <summary>When the identity was made, local time.</summary>
    public DateTime Created { get; internal init; }

    /// <summary>The home folder.</summary>
    public string HomePath { get; internal init; } = "";

    /// <summary>Same as <see cref="NodeId"/>.</summary>
    public override string ToString() => NodeId;
}
