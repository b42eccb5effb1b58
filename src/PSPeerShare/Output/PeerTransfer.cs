namespace PSPeerShare.Output;

/// <summary>One file and one peer: what became of it.</summary>
/// <remarks>Immutable. Names are as the other side states them; the views escape what could harm a terminal.</remarks>
public sealed class PeerTransfer
{
    internal PeerTransfer()
    {
    }

    /// <summary>Unique on this machine.</summary>
    public string Id { get; internal init; } = "";

    /// <summary>Which way it went.</summary>
    public PeerTransferDirection Direction { get; internal init; }

    /// <summary>The file's name.</summary>
    public string Name { get; internal init; } = "";

    /// <summary>The full local path.</summary>
    public string LocalPath { get; internal init; } = "";

    /// <summary><see cref="LocalPath"/> with its provider: <c>Get-Item</c>, <c>Get-FileHash</c> and <c>Remove-Item</c> take it literally.</summary>
    public string PSPath { get; internal init; } = "";

    /// <summary>The path at the peer.</summary>
    public string SharePath { get; internal init; } = "";

    /// <summary>The other side's name.</summary>
    public string Peer { get; internal init; } = "";

    /// <summary>The other side's full node id.</summary>
    public string NodeId { get; internal init; } = "";

    /// <summary>Bytes of the file.</summary>
    public long Length { get; internal init; }

    /// <summary>Bytes that crossed the network.</summary>
    public long BytesTransferred { get; internal init; }

    /// <summary>Bytes that were here before.</summary>
    public long BytesReused { get; internal init; }

    /// <summary>The verified BLAKE3 hash in hexadecimal.</summary>
    public string? Hash { get; internal init; }

    /// <summary>How it ended.</summary>
    public PeerTransferStatus Status { get; internal init; }

    /// <summary>When it began, local time.</summary>
    public DateTime StartTime { get; internal init; }

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; internal init; }

    /// <summary>Bytes that crossed the network by the time it took.</summary>
    public long BytesPerSecond { get; internal init; }

    /// <summary>Who gave how much.</summary>
    public PeerTransferSource[] Sources { get; internal init; } = [];

    /// <summary>Why it failed.</summary>
    public string? Error { get; internal init; }

    /// <summary>Same as <see cref="Name"/>.</summary>
    public override string ToString() => Name;
}
