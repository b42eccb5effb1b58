using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Hosting;

/// <summary>The state of a running node as it crosses between two processes of one home.</summary>
internal static class NodeStatusText
{
    public static NodeStatus ToMessage(ServerInfo info)
    {
        NodeStatus status = new()
        {
            Name = info.Name,
            Port = (uint)info.Port,
            Inbox = info.Inbox ?? "",
            StartUnixMs = info.StartTime.ToUnixTimeMilliseconds(),
            State = (uint)info.State,
            Connections = (uint)info.Connections,
            BytesSent = info.BytesSent,
            BytesReceived = info.BytesReceived,
            LastError = info.LastError ?? "",
            ProcessId = info.ProcessId,
        };
        status.DiscoveryServers.AddRange(info.DiscoveryServers);
        status.Relays.AddRange(info.Relays);
        status.Links.AddRange(info.Links.Select(link => new LinkStatus
        {
            Address = link.Address,
            Relay = link.IsRelay,
            State = (uint)link.State,
            Problem = link.Problem ?? "",
        }));
        status.Endpoints.AddRange(info.Endpoints);
        status.Shares.AddRange(info.Shares.Select(ToMessage));
        status.Passing.AddRange(info.Passing.Select(f => new PassingStatus
        {
            Id = f.Id,
            Arriving = f.IsArriving,
            Name = f.Name,
            Peer = f.NodeId.ToString(),
            Length = f.Length,
            Bytes = f.Bytes,
            StartUnixMs = f.Started.ToUnixTimeMilliseconds(),
        }));
        return status;
    }

    public static ServerInfo FromMessage(NodeStatus status, NodeId nodeId) => new(
        status.Name,
        nodeId,
        (int)status.Port,
        [.. status.Endpoints],
        [.. status.Shares.Select(FromMessage)],
        status.Inbox.Length > 0 ? status.Inbox : null,
        DateTimeOffset.FromUnixTimeMilliseconds(status.StartUnixMs),
        (ServerState)status.State,
        (int)status.Connections,
        status.BytesSent,
        status.BytesReceived,
        status.LastError.Length > 0 ? status.LastError : null,
        status.ProcessId)
    {
        DiscoveryServers = [.. status.DiscoveryServers],
        Relays = [.. status.Relays],
        Links = [.. status.Links.Select(link => new ServerLink(
            link.Address, link.Relay, (ServerLinkState)link.State, link.Problem.Length > 0 ? link.Problem : null))],
        Passing = [.. status.Passing.Select(f => new PassingFile(
            f.Id, f.Arriving, f.Name, NodeId.Parse(f.Peer), f.Length, f.Bytes, DateTimeOffset.FromUnixTimeMilliseconds(f.StartUnixMs)))],
    };

    private static ShareStatus ToMessage(ShareInfo share)
    {
        ShareStatus status = new()
        {
            Name = share.Name,
            Path = share.Path,
            Persistent = share.IsPersistent,
            SingleFile = share.IsSingleFile,
            Problem = share.Problem ?? "",
            LeftOut = share.LeftOut ?? "",
            Limited = share.Peers is not null,
        };
        if (share is { Entries: { } entries, Unhashed: { } unhashed })
        {
            status.Entries = entries;
            status.Unhashed = unhashed;
        }

        status.Peers.AddRange(share.Peers?.Select(p => p.ToString()) ?? []);
        status.Exclude.AddRange(share.Exclude);
        return status;
    }

    private static ShareInfo FromMessage(ShareStatus status) => new(
        status.Name,
        status.Path,
        status.Limited ? [.. status.Peers.Select(NodeId.Parse)] : null,
        [.. status.Exclude],
        status.Persistent,
        status.SingleFile,
        status.Problem.Length > 0 ? status.Problem : null)
    {
        LeftOut = status.LeftOut.Length > 0 ? status.LeftOut : null,
        Entries = status.HasEntries ? status.Entries : null,
        Unhashed = status.HasUnhashed ? status.Unhashed : null,
    };
}
