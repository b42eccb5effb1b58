using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// The audit's line of one file that a peer fetches: what it was sent since this was made, and how it ended, whichever
/// side ended it.
/// </summary>
internal readonly struct FetchNote(AuditLog audit, PeerConnection connection, FileSender sender)
{
    private const string Sent = "sent";

    private readonly long _before = sender.Bytes;

    /// <summary>Bytes of it that went out.</summary>
    public long Bytes => sender.Bytes - _before;

    /// <summary>All that was asked for was sent.</summary>
    public void Write(WirePath name, ContentHash? root) => Write(name, root, Sent);

    /// <summary>It ended before that.</summary>
    public void Write(WirePath name, Exception why) => Write(name, null, WireFaults.OutcomeOf(why));

    private void Write(WirePath name, ContentHash? root, string result)
    {
        if (Bytes == 0 && result != Sent)
        {
            audit.Refuse("fetch", connection.RemoteId, connection.RemoteEndPoint, name.Share, name.ToString(), result);
        }
        else
        {
            audit.Write("fetch", connection.RemoteId, connection.RemoteEndPoint, name.Share, name.ToString(), Bytes, root?.ToString(), result);
        }
    }
}
