using PSPeerShare.Output;

namespace PSPeerShare.Binding;

/// <summary>
/// What <c>-Peer</c> takes: a name from the peer book, a node id, <c>host</c>, <c>host:port</c>, or an object that
/// names a node. The engine converts each of them by the constructors.
/// </summary>
public sealed class PeerArgument
{
    /// <summary>A name, a node id or an address.</summary>
    public PeerArgument(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        Text = text.Trim();
        Name = Text;
    }

    /// <summary>An entry of the peer book.</summary>
    public PeerArgument(Peer peer)
    {
        ArgumentNullException.ThrowIfNull(peer);
        Text = peer.NodeId;
        Name = peer.Name;
    }

    /// <summary>A running node.</summary>
    public PeerArgument(PeerServer server)
    {
        ArgumentNullException.ThrowIfNull(server);
        Text = server.NodeId;
        Name = server.Name;
    }

    /// <summary>What a test showed.</summary>
    public PeerArgument(PeerStatus status)
    {
        ArgumentNullException.ThrowIfNull(status);
        Text = status.NodeId ?? status.Peer;
        Name = status.Peer;
    }

    /// <summary>What finds the node: objects are known by their id, so that a renamed peer is still the same.</summary>
    public string Text { get; }

    /// <summary>What the user calls it, for messages.</summary>
    public string Name { get; }

    /// <summary>Same as <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
