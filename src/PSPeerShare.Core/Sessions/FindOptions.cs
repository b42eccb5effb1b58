using PSPeerShare.Core.Content;
using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Sessions;

/// <summary>What to look for, and at whom.</summary>
public sealed record FindOptions
{
    /// <summary>Wildcards on the file name, any of them; none is every name. <c>*</c>, <c>?</c> and <c>[a-z]</c>, case-insensitive.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Wildcards on the whole share path, any of them.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Whom to ask; none is everyone in the peer book.</summary>
    public IReadOnlyList<PeerTarget> Peers { get; init; } = [];

    /// <summary>Only this content.</summary>
    public ContentHash? Hash { get; init; }

    /// <summary>
    /// Whether one holder of <see cref="Hash"/> is enough: those who have announced it are asked first, and the others
    /// when none of those has said in half a second that it still has it.
    /// </summary>
    public bool IsOneEnough { get; init; }

    /// <summary>How long those who have announced it are asked alone.</summary>
    internal TimeSpan HintPatience { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Whether hashes of small files are wanted too, as far as holders know them; those of large ones always come.</summary>
    public bool WithHashes { get; init; }

    /// <summary>Smallest length in bytes.</summary>
    public long? MinimumLength { get; init; }

    /// <summary>Largest length in bytes.</summary>
    public long? MaximumLength { get; init; }

    /// <summary>Only files changed at or after this time.</summary>
    public DateTimeOffset? ModifiedAfter { get; init; }

    /// <summary>Only files changed at or before this time.</summary>
    public DateTimeOffset? ModifiedBefore { get; init; }

    /// <summary>Whether the home's own running node is asked as well.</summary>
    public bool IncludeSelf { get; init; }

    /// <summary>How long one peer may stay silent.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Whether peers are answered for from what they have announced.</summary>
    public StoredAnswers Stored { get; init; }

    /// <summary>Called with one line a step, from any thread.</summary>
    public Action<string>? OnStep { get; init; }
}

/// <summary>One thing that a search brought: a file, or a peer that could not answer.</summary>
/// <param name="File">A file that matches.</param>
/// <param name="Failure">Why a peer could not answer; its <see cref="PeerShareException.Target"/> is the peer.</param>
public sealed record SearchResult(RemoteFile? File, PeerShareException? Failure);
