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

    /// <summary>Its name at the peer as messages show it: the segments are the peer's words.</summary>
    public string Shown => Name.ToPrintable();
}
