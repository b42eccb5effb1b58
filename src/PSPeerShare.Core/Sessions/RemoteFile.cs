using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Sessions;

/// <summary>A file that a peer offers.</summary>
/// <param name="Name">The file's name.</param>
/// <param name="SharePath"><c>share/folder/name</c>.</param>
/// <param name="Share">The share's name.</param>
/// <param name="Length">Bytes.</param>
/// <param name="LastWriteTime">When it was last changed, UTC.</param>
/// <param name="Hash">Its BLAKE3 hash, or <see langword="null"/> while the holder has not hashed it.</param>
/// <param name="Peer">The holder's name in the peer book.</param>
/// <param name="NodeId">The holder's id.</param>
/// <param name="IsOnline">Whether the holder itself answered.</param>
/// <remarks>Names are as the holder states them, validated but not escaped: whoever prints them escapes them.</remarks>
public sealed record RemoteFile(
    string Name,
    string SharePath,
    string Share,
    long Length,
    DateTimeOffset LastWriteTime,
    ContentHash? Hash,
    string Peer,
    NodeId NodeId,
    bool IsOnline = true)
{
    /// <summary>Others that have the same content, as far as is known.</summary>
    public IReadOnlyList<FileHolder> OtherHolders { get; init; } = [];

    /// <summary>When this was last known to be true, of what the holder has announced; nothing when it answered itself.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>Where its holder is reached, when it stands in no peer book.</summary>
    public IReadOnlyList<string>? Addresses { get; init; }

    /// <summary>
    /// Whether the holder has said <see cref="Hash"/> in answer to the question that is being worked on. What somebody
    /// kept from an earlier search may be of an earlier state.
    /// </summary>
    internal bool IsHashOfNow { get; init; }

    /// <summary>The ticket by which it was found and is fetched; a secret.</summary>
    public string? Ticket { get; init; }

    /// <summary>The path. The generated text would print the ticket.</summary>
    public override string ToString() => SharePath;
}

/// <summary>A peer that has a file, and the file's name there.</summary>
/// <param name="Peer">The holder's name in the peer book.</param>
/// <param name="NodeId">The holder's id.</param>
/// <param name="SharePath"><c>share/folder/name</c>.</param>
public sealed record FileHolder(string Peer, NodeId NodeId, string SharePath);
