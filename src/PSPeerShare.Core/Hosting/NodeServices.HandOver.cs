using System.Net;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Hosting;

// Handing files over without trust.
internal sealed partial class NodeServices
{
    /// <summary>Begins to wait for whoever types a code.</summary>
    public HandOver HandOver(IReadOnlyList<string> paths, int port, IReadOnlyList<IPAddress> addresses)
    {
        HandOver handOver = new(paths, Contents);
        ListingResponder listing = new(handOver.Catalog, _bounds, Log);
        RequestRouter requests = new RequestRouter(Log, new RequestPace(Identity.Id))
            .On(FrameType.Search, listing.SearchAsync)
            .On(FrameType.Browse, listing.BrowseAsync)
            .On(FrameType.Describe, new DescribeResponder(handOver.Catalog, _bounds).DescribeAsync)
            .On(FrameType.Fetch, new FetchResponder(handOver.Catalog, Contents, _ => [_nodeLimit], _ => null, Counters, Log, Audit).FetchAsync);
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
        Log.CodeOpened("of a hand-over", "files", handOver.Expires);
        return handOver;
    }

    private static Hello Offering(Hello hello, HandOver handOver)
    {
        if (handOver.Desk.IsAwaiting(Trust.PairingPurpose.HandOver))
        {
            hello.Capabilities.Add(PairingSteps.HandOverCapability);
        }

        return hello;
    }
}
