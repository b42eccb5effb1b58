using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Sessions;

/// <summary>An entry of a peer's listing, checked.</summary>
internal readonly record struct Listed(WirePath Name, bool IsFolder, long Length, long ModifiedUnixNs, ContentHash? Hash)
{
    /// <summary>As cmdlets see it.</summary>
    public RemoteFile ToRemoteFile(PeerSession session) => new(
        Name.Name,
        Name.ToString(),
        Name.Share,
        Length,
        UnixTime.ToDateTimeOffset(ModifiedUnixNs),
        Hash,
        session.PeerName,
        session.Connection.RemoteId);
}
