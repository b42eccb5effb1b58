using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transfer;

/// <summary>One local file on its way to one peer.</summary>
/// <param name="File">The file.</param>
/// <param name="Name">Its segments below this node's folder of the inbox.</param>
/// <param name="Record">What is known of its progress.</param>
internal sealed record PushEntry(LocalFile File, WirePath Name, TransferRecord Record)
{
    /// <summary>The peer has said that it takes the file; it may say so once.</summary>
    public bool IsAccepted { get; set; }

    /// <summary>The peer has asked for the content's hash; it may ask once.</summary>
    public bool IsHashWanted { get; set; }

    /// <summary>Where the peer wants it to go on; 0 is the beginning.</summary>
    public long ResumeAt { get; set; }

    /// <summary>How often in a row it was cut off and the peer had no more of it than before.</summary>
    public int Cuts { get; set; }

    /// <summary>Its modification time when it was offered, where that was asked.</summary>
    public long ModifiedUnixNs { get; set; }

    /// <summary>It was offered with another length before; that is done once.</summary>
    public bool IsOfferedAgain { get; init; }

    /// <summary>Forgets what was said of it on a stream that ended.</summary>
    public void Reset()
    {
        IsAccepted = false;
        IsHashWanted = false;
        Told = null;
        ResumeAt = 0;
    }

    /// <summary>The hash that the peer was told in an offer or at the end of the data: the only content it can have.</summary>
    public ContentHash? Told { get; set; }
}
