namespace PSPeerShare.Output;

/// <summary>A file that a peer offers.</summary>
/// <remarks>Immutable. Names are as the other side states them; the views escape what could harm a terminal.</remarks>
public sealed class PeerFile
{
    internal PeerFile()
    {
    }

    /// <summary>The file's name, as its holder states it.</summary>
    public string Name { get; internal init; } = "";

    /// <summary><c>share/folder/name</c>.</summary>
    public string SharePath { get; internal init; } = "";

    /// <summary>The share's name.</summary>
    public string Share { get; internal init; } = "";

    /// <summary>Bytes.</summary>
    public long Length { get; internal init; }

    /// <summary>When it was last changed, local time.</summary>
    public DateTime LastWriteTime { get; internal init; }

    /// <summary>Its BLAKE3 hash in hexadecimal, or nothing while the holder has not hashed it.</summary>
    public string? Hash { get; internal init; }

    /// <summary>The holder's name in the peer book.</summary>
    public string Peer { get; internal init; } = "";

    /// <summary>The holder's full node id.</summary>
    public string NodeId { get; internal init; } = "";

    /// <summary>Whether the holder itself answered.</summary>
    public bool Online { get; internal init; }

    /// <summary>
    /// When this was last known to be true, local time, where it comes from what the holder has announced; nothing when
    /// the holder itself answered.
    /// </summary>
    public DateTime? AsOf { get; internal init; }

    /// <summary>Everyone who is known to have this content, this file's own holder first.</summary>
    public PeerFileHolder[] Holders { get; internal init; } = [];

    /// <summary>The same file with other holders beside its own.</summary>
    internal PeerFile HeldBy(PeerFileHolder[] holders) => new()
    {
        Name = Name,
        SharePath = SharePath,
        Share = Share,
        Length = Length,
        LastWriteTime = LastWriteTime,
        Hash = Hash,
        Peer = Peer,
        NodeId = NodeId,
        Online = Online,
        AsOf = AsOf,
        Holders = holders,
        Ticket = Ticket,
    };

    // A secret: it travels to Get-PeerFile and is shown nowhere.
    internal string? Ticket { get; init; }

    /// <summary>Same as <see cref="SharePath"/>.</summary>
    public override string ToString() => SharePath;
}
