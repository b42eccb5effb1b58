using System.Net;
using PSPeerShare.Core.Discovery.Lan;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Hosting;

// Handing files over without trust.
internal sealed partial class NodeServices
{
    /// <summary>Begins to wait for whoever types a code; where nothing can be handed over, nobody is waited for.</summary>
    public HandOver HandOver(IReadOnlyList<string> paths, int port, IReadOnlyList<IPAddress> addresses)
    {
        HandOver handOver = new(paths, Contents);
        if (handOver.IsEmpty)
        {
            return handOver;
        }

        ListingResponder listing = new(handOver.Catalog, _bounds, Log) { Told = handOver.Told };
        RequestRouter requests = new RequestRouter(Log, new RequestPace(Identity.Id))
            .On(FrameType.Search, listing.SearchAsync)
            .On(FrameType.Browse, listing.BrowseAsync)
            .On(FrameType.Describe, new DescribeResponder(handOver.Catalog, _bounds) { Told = handOver.Told, Refused = handOver.Refused }.DescribeAsync)
            .On(FrameType.Fetch, new FetchResponder(handOver.Catalog, Contents, _ => [_nodeLimit], _ => null, Counters, Log, Audit)
            {
                Told = handOver.Told, Refused = handOver.Refused,
            }.FetchAsync);
        RequestRouter strangers = new RequestRouter(Log)
            .On(FrameType.PairStep, new PairingResponder(Identity.Id, handOver.Desk, Introduce, Log, Audit).PairAsync);
        handOver.Listen(new ListenOptions
        {
            Addresses = addresses,
            Port = port,
            Identity = Identity,
            Authorise = handOver.Judge,
            LocalHello = () => Offering(Greeting(DefaultName, 0), handOver),
            MainHandler = requests.RouteAsync,
            PairHandler = strangers.RouteAsync,
            Connected = handOver.Connected,
            Connections = _connections,
        });
        (int files, long bytes) = handOver.Offered;
        handOver.Entry = new HandOverEntry(
            Store.HandOvers,
            new HandOverRow
            {
                Id = handOver.Id,
                Process = ProcessMark.Current.ToString(),
                Name = LocalPath.NameOf(paths[0]),
                Files = files,
                Bytes = bytes,
                Port = handOver.Port,
                Created = handOver.Created,
                Expires = handOver.Expires,
            },
            Log);
        Log.CodeOpened("of a hand-over", "files", handOver.Expires);
        AnnounceHandOver(handOver, addresses);
        return handOver;
    }

    /// <summary>The hand-overs nearby, each once. One home may have several, at a port each.</summary>
    public async Task<IReadOnlyList<PairingCandidate>> FindHandOversAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, SeenPeer> waiting = [];
        await foreach (SeenPeer peer in LookAsync(null, LookPatience, cancellationToken))
        {
            if (peer.IsHandOver && peer.NodeId != Identity.Id)
            {
                waiting[$"{peer.NodeId} {PeerAddress.Parse(peer.Addresses[0]).Port}"] = peer;
            }
        }

        return [.. waiting.Values.Select(peer => new PairingCandidate(peer.Name, peer.Addresses))];
    }

    // With names and sockets of its own: the node may run elsewhere, or not at all.
    private void AnnounceHandOver(HandOver handOver, IReadOnlyList<IPAddress> addresses)
    {
        DiscoveryScope scope = Scope.Within(addresses);
        if (scope.IsOff)
        {
            return;
        }

        LanDiscovery lan = Look(scope);
        handOver.Announced = lan;
        _ = Task.Run(() =>
        {
            try
            {
                lan.Open();
                lan.Announce(new LanProfile(Identity.Id, Introduce().Name, handOver.Port, (int)Limits.ProtocolVersion, IsPairingOpen: false)
                {
                    HandOver = handOver.Port,
                });
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Whoever is told the address gets the files all the same.
                Log.Warning(e, "announcing a hand-over");
            }
        });
    }

    private static Hello Offering(Hello hello, HandOver handOver)
    {
        if (handOver.Desk.IsAwaiting(PairingPurpose.HandOver))
        {
            hello.Capabilities.Add(PairingSteps.HandOverCapability);
        }

        return hello;
    }
}
