using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Transfer;

/// <summary>Which way a transfer goes, seen from here.</summary>
public enum TransferDirection
{
    /// <summary>A peer's file comes here.</summary>
    Receive = 0,

    /// <summary>A file from here goes to a peer.</summary>
    Send = 1,
}

/// <summary>How far a transfer is.</summary>
public enum TransferStatus
{
    /// <summary>Waiting for its turn.</summary>
    Queued = 0,

    /// <summary>Bytes are moving.</summary>
    Running = 1,

    /// <summary>Paused by the user.</summary>
    Suspended = 2,

    /// <summary>The whole content arrived and is verified.</summary>
    Completed = 3,

    /// <summary>The same content was there already.</summary>
    Unchanged = 4,

    /// <summary>It failed; see the error.</summary>
    Failed = 5,

    /// <summary>It was cut off and can go on later.</summary>
    Interrupted = 6,

    /// <summary>The user stopped it.</summary>
    Stopped = 7,
}

/// <summary>Who gave how much of a file.</summary>
/// <param name="Peer">The source's name.</param>
/// <param name="NodeId">The source's id.</param>
/// <param name="Bytes">Bytes that came from it.</param>
public sealed record TransferSource(string Peer, NodeId NodeId, long Bytes);

/// <summary>One file and one peer: what became of it.</summary>
/// <param name="Id">Unique on this machine.</param>
/// <param name="Direction">Which way.</param>
/// <param name="Name">The file's name.</param>
/// <param name="LocalPath">The full local path.</param>
/// <param name="SharePath">The path at the peer: <c>share/folder/name</c>, or for a push the name in its inbox.</param>
/// <param name="Peer">The other side's name.</param>
/// <param name="NodeId">The other side's id.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="BytesTransferred">Bytes that crossed the network.</param>
/// <param name="BytesReused">Bytes that were here before.</param>
/// <param name="Hash">The verified BLAKE3 hash.</param>
/// <param name="Status">How it ended.</param>
/// <param name="StartTime">When it began.</param>
/// <param name="Duration">How long it ran; the time in which it rested does not count.</param>
/// <param name="Sources">Who gave how much.</param>
/// <param name="Error">Why it failed, or <see langword="null"/>.</param>
public sealed record TransferInfo(
    string Id,
    TransferDirection Direction,
    string Name,
    string LocalPath,
    string SharePath,
    string Peer,
    NodeId NodeId,
    long Length,
    long BytesTransferred,
    long BytesReused,
    ContentHash? Hash,
    TransferStatus Status,
    DateTimeOffset StartTime,
    TimeSpan Duration,
    IReadOnlyList<TransferSource> Sources,
    PeerShareException? Error)
{
    /// <summary>Whether there is something to go on with: it rests, or ended before its time and can begin again.</summary>
    public bool CanResume { get; init; }
}
