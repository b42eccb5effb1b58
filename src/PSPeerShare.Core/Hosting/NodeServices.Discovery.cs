using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PSPeerShare.Core.Discovery.Lan;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Hosting;

// Who is out there: a node that runs listens all the time, and a command looks for as long as it takes.
internal sealed partial class NodeServices
{
    /// <summary>Who is there answers in a fifth of a second; the rest is for a datagram that was lost.</summary>
    private static readonly TimeSpan LookPatience = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan CodeInterval = TimeSpan.FromMilliseconds(500);

    private readonly DiscoveryScope? _scope;
    private LanDiscovery? _lan;
    private int _isWatchingCode;

    private DiscoveryScope Scope => _scope ?? DiscoveryScope.FromEnvironment(Log);

    /// <summary>The nodes nearby that say that they wait for a code, each once.</summary>
    private async Task<IReadOnlyList<PairingCandidate>> FindPairingNodesAsync(CancellationToken cancellationToken)
    {
        Dictionary<NodeId, SeenPeer> waiting = [];
        await foreach (SeenPeer peer in WatchAsync(LookPatience, cancellationToken))
        {
            if (peer.NodeId != Identity.Id && peer.IsPairingOpen)
            {
                waiting[peer.NodeId] = peer;
            }
            else
            {
                waiting.Remove(peer.NodeId);
            }
        }

        return [.. waiting.Values.Select(peer => new PairingCandidate(peer.Name, peer.Addresses))];
    }

    /// <summary>Tells the network that a code is open, and after a while that it is no more.</summary>
    private void AnnouncePairing()
    {
        if (Interlocked.Exchange(ref _isWatchingCode, 1) == 0)
        {
            _ = FollowCodeAsync();
        }
    }

    // A code ends by time, by use or by command; whoever looks for one may be late by this much and is told then.
    private async Task FollowCodeAsync()
    {
        bool isOpen;
        do
        {
            isOpen = IsPairingOpen;
            if (Serving is { } server)
            {
                _lan?.Announce(Profile(server));
            }

            await Task.Delay(CodeInterval);
        }
        while (isOpen);
        Volatile.Write(ref _isWatchingCode, 0);
        if (IsPairingOpen)
        {
            AnnouncePairing();
        }
    }

    /// <summary>Makes the running node known, and hears of others. Returns at once.</summary>
    /// <param name="server">The node.</param>
    /// <param name="options">What it was started with.</param>
    /// <param name="accept">Takes the streams of those who come through a relay.</param>
    public void BeginDiscovery(RunningServer server, ServerOptions options, Action<Socket> accept)
    {
        BeginServers(server, options, accept);
        DiscoveryScope scope = options.Discovery ? Scope.Within(options.ListenAddresses) : DiscoveryScope.Off;
        if (scope.IsOff)
        {
            return;
        }

        LanDiscovery lan = Look(scope);
        _lan = lan;
        _ = Task.Run(() =>
        {
            try
            {
                lan.Open();
                lan.Announce(Profile(server));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The node serves all the same; it is only harder to find.
                Log.Warning(e, "starting discovery");
            }
        });
    }

    /// <summary>Tells the network that the node goes.</summary>
    public async Task EndDiscoveryAsync()
    {
        await EndServersAsync();
        if (Interlocked.Exchange(ref _lan, null) is { } lan)
        {
            await lan.DisposeAsync();
        }
    }

    /// <summary>Everyone who says that they are there, again whenever more is heard, until the time is up.</summary>
    public async IAsyncEnumerable<SeenPeer> WatchAsync(TimeSpan time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (SeenPeer peer in LookAsync(null, time, cancellationToken))
        {
            if (!peer.IsHandOver)
            {
                yield return peer;
            }
        }
    }

    /// <summary>Where a peer is now, as far as the network knows.</summary>
    private async IAsyncEnumerable<DialCandidate> LocateAsync(NodeId nodeId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Channel<DialCandidate> found = Channel.CreateUnbounded<DialCandidate>();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task layers = Task.WhenAll(LocateNearbyAsync(nodeId, found.Writer, end.Token), LocateAtServersAsync(nodeId, found.Writer, end.Token));
        _ = layers.ContinueWith(_ => found.Writer.TryComplete(), TaskScheduler.Default);
        try
        {
            await foreach (DialCandidate candidate in found.Reader.ReadAllAsync(cancellationToken))
            {
                yield return candidate;
            }
        }
        finally
        {
            await end.CancelAsync();
            await layers.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
        }
    }

    private async Task LocateNearbyAsync(NodeId nodeId, ChannelWriter<DialCandidate> found, CancellationToken cancellationToken)
    {
        await foreach (SeenPeer peer in LookAsync(nodeId, LookPatience, cancellationToken))
        {
            foreach (string address in peer.IsHandOver ? [] : peer.Addresses)
            {
                found.TryWrite(new DialCandidate(address, PeerPath.LocalNetwork));
            }
        }
    }

    private async IAsyncEnumerable<SeenPeer> LookAsync(NodeId? wanted, TimeSpan time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        DiscoveryScope scope = Scope;
        LanDiscovery? lan = _lan;
        if (lan is null && scope.IsOff)
        {
            yield break;
        }

        LanDiscovery? own = lan is null ? Look(scope) : null;
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(time);
        try
        {
            own?.Open();
            await using IAsyncEnumerator<SeenPeer> seen = (own ?? lan!).WatchAsync(wanted, patience.Token).GetAsyncEnumerator(CancellationToken.None);
            while (await IsThereMoreAsync(seen, patience.Token))
            {
                yield return seen.Current;
            }
        }
        finally
        {
            if (own is not null)
            {
                await own.DisposeAsync();
            }
        }

        cancellationToken.ThrowIfCancellationRequested();
    }

    private static async Task<bool> IsThereMoreAsync(IAsyncEnumerator<SeenPeer> seen, CancellationToken patience)
    {
        try
        {
            return await seen.MoveNextAsync();
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return false;
        }
    }

    private LanDiscovery Look(DiscoveryScope scope) =>
        new(new MulticastPorts(Log), () => LanLinks.Find(scope.Only), nodeId => Peers.Find(nodeId) is not null, Log);

    private LanProfile Profile(RunningServer server) =>
        new(Identity.Id, server.Name, server.Port, (int)Limits.ProtocolVersion, IsPairingOpen);
}
