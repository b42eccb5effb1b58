using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Transfer;

/// <summary>One file of a fetch job: what is asked for, and the name it gets here.</summary>
/// <param name="File">What the peer offers.</param>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Target">The segments below the destination's root.</param>
/// <param name="Record">What is known of its progress.</param>
internal sealed record FetchEntry(RemoteFile File, WirePath Name, string[] Target, TransferRecord Record)
{
    /// <summary>What to do when the name is taken at the end.</summary>
    public CommitMode Mode { get; set; }

    /// <summary>Who gives it, where its holder could not.</summary>
    public SourceOffer? From { get; init; }

    /// <summary>What is there of it already, from when parts of it are asked for until it has ended.</summary>
    public PartialFile? Partial { get; set; }

    /// <summary>The parts that were asked for last; empty is the whole file.</summary>
    public IReadOnlyList<(long Offset, long Length)> Asked { get; set; } = [];

    /// <summary>How often its content turned out to be another one than what was there.</summary>
    public int Mismatches { get; set; }

    /// <summary>How often in a row it was cut off without a group more than the time before.</summary>
    public int Cuts { get; private set; }

    private long _heldAtCut;

    /// <summary>It was cut off; more of it than before is worth another attempt.</summary>
    public void NoteCut()
    {
        long held = Partial?.BytesHeld ?? 0;
        Cuts = held > _heldAtCut ? 0 : Cuts + 1;
        _heldAtCut = held;
    }

    /// <summary>Who has it under which name, to find again what was left of it.</summary>
    public required string Source { get; init; }

    /// <summary>Counts what has come.</summary>
    public void AddBytes(long count)
    {
        if (From is { } other)
        {
            Record.Credit(other.Peer, other.NodeId, count);
        }
        else
        {
            Record.AddBytes(count);
        }
    }

    /// <summary>The same file from somebody else, who has not failed yet.</summary>
    public FetchEntry At(SourceOffer offer) => new(File, offer.Name, Target, Record) { Mode = Mode, Source = Source, From = offer };

    /// <summary>Closes what is there of it, for a later attempt.</summary>
    public void Release()
    {
        Partial?.Dispose();
        Partial = null;
    }

    /// <summary>Its name at the peer as messages show it: the segments are the peer's words.</summary>
    public string Shown => Name.ToPrintable();
}
