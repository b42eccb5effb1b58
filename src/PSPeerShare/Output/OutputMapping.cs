using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;
using PSPeerShare.Errors;

namespace PSPeerShare.Output;

/// <summary>
/// The one place where Core's data becomes what scripts see, and back. Output types hold plain values only: they are
/// loaded before Core can be, and they outlive the session's node.
/// </summary>
internal static class OutputMapping
{
    private const string FileSystemPrefix = @"Microsoft.PowerShell.Core\FileSystem::";

    internal static Peer ToOutput(this PeerInfo peer) => new()
    {
        Name = peer.Name,
        NodeId = peer.NodeId.ToString(),
        Allow = (PeerRights)(int)peer.Allow,
        Grants = [.. peer.Grants.Select(static grant =>
            $"{grant.Share}{(grant.Path is null ? "" : "/" + grant.Path)}: {(PeerRights)(int)grant.Allow}")],
        Addresses = [.. peer.Addresses],
        RateLimit = peer.RateLimit,
        Trusted = true,
        Added = peer.Added.LocalDateTime,
        LastSeen = peer.LastSeen?.LocalDateTime,
    };

    internal static Peer ToOutput(this FoundPeer found) => new()
    {
        Name = found.Book?.Name ?? found.Seen.Name,
        NodeId = found.Seen.NodeId.ToString(),
        Allow = (PeerRights)(int)(found.Book?.Allow ?? Core.Trust.PeerRights.None),
        Addresses = [.. found.Seen.Addresses],
        RateLimit = found.Book?.RateLimit,
        Trusted = found.Book is not null,
        Online = true,
        PairingOpen = found.Seen.IsPairingOpen,
        Added = found.Book?.Added.LocalDateTime,
        LastSeen = found.Seen.Heard.LocalDateTime,
    };

    internal static PeerFile ToOutput(this RemoteFile file) => new()
    {
        Name = file.Name,
        SharePath = file.SharePath,
        Share = file.Share,
        Length = file.Length,
        LastWriteTime = file.LastWriteTime.LocalDateTime,
        Hash = file.Hash?.ToString(),
        Peer = file.Peer,
        NodeId = file.NodeId.ToString(),
        Online = file.IsOnline,
        AsOf = file.AsOf?.LocalDateTime,
        Ticket = file.Ticket,
        Holders =
        [
            ToOutput(new FileHolder(file.Peer, file.NodeId, file.SharePath)),
            .. file.OtherHolders.Select(ToOutput),
        ],
    };

    private static PeerFileHolder ToOutput(FileHolder holder) => new()
    {
        Peer = holder.Peer,
        NodeId = holder.NodeId.ToString(),
        SharePath = holder.SharePath,
    };

    internal static RemoteFile ToCore(this PeerFile file) => new(
        file.Name,
        file.SharePath,
        file.Share,
        file.Length,
        new DateTimeOffset(file.LastWriteTime.ToUniversalTime()),
        file.Hash is null ? null : ContentHash.Parse(file.Hash),
        file.Peer,
        NodeId.Parse(file.NodeId),
        file.Online)
    {
        AsOf = file.AsOf is { } time ? new DateTimeOffset(time.ToUniversalTime()) : null,
        Ticket = file.Ticket,
        OtherHolders =
        [
            .. file.Holders
                .Where(holder => holder.NodeId != file.NodeId)
                .Select(static holder => new FileHolder(holder.Peer, NodeId.Parse(holder.NodeId), holder.SharePath)),
        ],
    };

    internal static PeerIdentity ToOutput(this IdentityInfo identity) => new()
    {
        Name = identity.Name,
        NodeId = identity.NodeId.ToString(),
        Created = identity.Created.LocalDateTime,
        HomePath = identity.Home,
    };

    internal static PeerServer ToOutput(this ServerInfo server, IReadOnlyList<PeerInfo> book) => new()
    {
        Name = server.Name,
        NodeId = server.NodeId.ToString(),
        State = (PeerServerState)(int)server.State,
        Port = server.Port,
        Endpoints = [.. server.Endpoints],
        Shares = [.. server.Shares.Select(share => share.ToOutput(book))],
        Inbox = server.Inbox,
        StartTime = server.StartTime.LocalDateTime,
        Connections = server.Connections,
        BytesSent = server.BytesSent,
        BytesReceived = server.BytesReceived,
        DiscoveryServers = [.. server.Links.Where(static link => !link.IsRelay).Select(static link => link.ToOutput())],
        Relays = [.. server.Links.Where(static link => link.IsRelay).Select(static link => link.ToOutput())],
        LastError = server.LastError,
        ProcessId = server.ProcessId,
    };

    private static PeerServerLink ToOutput(this ServerLink link) => new()
    {
        Url = link.Address,
        State = (PeerServerLinkState)(int)link.State,
        Problem = link.Problem,
    };

    internal static PeerShare ToOutput(this ShareInfo share, IReadOnlyList<PeerInfo> book) => new()
    {
        Name = share.Name,
        LocalPath = share.Path,
        PSPath = FileSystemPrefix + share.Path,
        Peers = share.Peers is null ? [] : [.. share.Peers.Select(id => NameOf(id, book))],
        Exclude = [.. share.Exclude],
        Persistent = share.IsPersistent,
        SingleFile = share.IsSingleFile,
        Entries = share.Entries,
        Unhashed = share.Unhashed,
        Problem = share.Problem ?? share.LeftOut,
    };

    internal static PeerStatus ToOutput(this PeerProbe probe) => new()
    {
        Peer = probe.Peer,
        NodeId = probe.NodeId?.ToString(),
        Reachable = probe.IsReachable,
        Address = probe.Address,
        Via = probe.Path is { } path ? (PeerPath)(int)path : null,
        Attempts = [.. probe.Attempts.Select(static attempt =>
            $"{attempt.Address} ({(PeerPath)(int)attempt.Path}): {attempt.Error.Error}{(attempt.Error.Detail is { } detail ? $" ({detail})" : "")}")],
        RoundTrip = probe.RoundTrip,
        TlsVersion = probe.TlsVersion,
        CipherSuite = probe.CipherSuite,
        Software = probe.Software,
        ClockDifference = probe.ClockDifference,
        ErrorId = probe.Error?.Error.ToString(),
        Error = probe.Error is null
            ? null
            : ErrorText.Message(probe.Error.Error, probe.Error.Target ?? probe.Peer, probe.Error.Detail),
        RecommendedAction = probe.Error is null ? null : ErrorText.Action(probe.Error.Error),
    };

    internal static PeerTicket ToOutput(this TicketInfo ticket) => new()
    {
        Id = ticket.Id,
        Ticket = string.IsNullOrEmpty(ticket.Ticket) ? null : ticket.Ticket,
        Code = ticket.Code,
        IsCode = ticket.IsCode,
        Share = ticket.Share,
        SharePath = ticket.Path,
        Allow = (PeerRights)(int)ticket.Allow,
        Uses = ticket.Uses,
        UsesLeft = ticket.UsesLeft,
        Bytes = ticket.Bytes,
        NodeId = ticket.NodeId?.ToString(),
        Created = ticket.Created.LocalDateTime,
        Expires = ticket.Expires.LocalDateTime,
        State = (PeerTicketState)(int)ticket.State,
    };

    internal static PeerTransfer ToOutput(this TransferInfo transfer) => new()
    {
        Id = transfer.Id,
        Direction = (PeerTransferDirection)(int)transfer.Direction,
        Name = transfer.Name,
        LocalPath = transfer.LocalPath,
        PSPath = FileSystemPrefix + transfer.LocalPath,
        SharePath = transfer.SharePath,
        Peer = transfer.Peer,
        NodeId = transfer.NodeId.ToString(),
        Length = transfer.Length,
        BytesTransferred = transfer.BytesTransferred,
        BytesReused = transfer.BytesReused,
        Hash = transfer.Hash?.ToString(),
        Status = (PeerTransferStatus)(int)transfer.Status,
        StartTime = transfer.StartTime.LocalDateTime,
        Duration = transfer.Duration,
        BytesPerSecond = transfer.Duration > TimeSpan.Zero
            ? (long)(transfer.BytesTransferred / transfer.Duration.TotalSeconds)
            : 0,
        Sources = [.. transfer.Sources.Select(static source => new PeerTransferSource
        {
            Peer = source.Peer,
            NodeId = source.NodeId.ToString(),
            Bytes = source.Bytes,
        })],
        Error = transfer.Error is null
            ? null
            : ErrorText.Message(transfer.Error.Error, ErrorSubject.Of(transfer), transfer.Error.Detail),
    };

    // A loop, so that no closure holds a value of a type that is not loaded yet when the module is imported.
    private static string NameOf(NodeId id, IReadOnlyList<PeerInfo> book)
    {
        foreach (PeerInfo peer in book)
        {
            if (peer.NodeId == id)
            {
                return peer.Name;
            }
        }

        return id.ToString();
    }
}
