using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Sessions;

/// <summary>An entry of a peer's listing, checked.</summary>
internal readonly record struct Listed(WirePath Name, bool IsFolder, long Length, long ModifiedUnixNs, ContentHash? Hash)
{
    /// <summary>As cmdlets see it.</summary>
    /// <param name="session">The session that the listing came by.</param>
    /// <param name="isNow">Whether what it says is used at once and for nothing else.</param>
    public RemoteFile ToRemoteFile(PeerSession session, bool isNow = false) => new(
        Name.Name,
        Name.ToString(),
        Name.Share,
        Length,
        UnixTime.ToDateTimeOffset(ModifiedUnixNs),
        Hash,
        session.PeerName,
        session.Connection.RemoteId)
    {
        IsHashOfNow = isNow,
    };
}
