using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Trust;

/// <summary>A code that was given out, and how far it has got. Its desk guards it.</summary>
internal sealed class OpenCode(string id, PairingCode code, PairingOffer offer, DateTimeOffset created, DateTimeOffset expires)
{
    public string Id => id;

    public PairingCode Code => code;

    public PairingOffer Offer => offer;

    public DateTimeOffset Created => created;

    public DateTimeOffset Expires => expires;

    /// <summary>The node that has the one attempt.</summary>
    public NodeId? TakenBy { get; set; }

    /// <summary>Whether that node has proved that it knows the code. It alone may come again until the code expires.</summary>
    public bool IsProven { get; set; }
}
