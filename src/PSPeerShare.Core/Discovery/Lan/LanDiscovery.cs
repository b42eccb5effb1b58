using System.Net;
using System.Net.NetworkInformation;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Discovery.Dns;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>
/// Multicast DNS service discovery on the links of this machine: says who this node is, and hears who else is there.
/// What it hears is a hint and nothing more; it connects to nobody.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class LanDiscovery : IAsyncDisposable
{
    private const int WaitingSightings = 4096;
    private static readonly TimeSpan NetworkSettles = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan JustHeard = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(1100);

    private readonly Lock _gate = new();
    private readonly ILanPorts _ports;
    private readonly Func<IReadOnlyList<LanLink>> _findLinks;
    private readonly TimeProvider _clock;
    private readonly EventLog _log;
    private readonly long _start;
    private readonly NodeCache _cache;
    private readonly Browser _browser;
    private readonly ITimer _timer;
    private readonly ITimer _relink;
    private readonly List<Channel<SeenPeer>> _watchers = [];
    private IReadOnlyList<LanLink> _links = [];
    private Announcer? _announcer;
    private bool _isOpen;
    private bool _isDisposed;

    /// <param name="ports">The sockets; disposed of with this.</param>
    /// <param name="findLinks">The links as they are now.</param>
    /// <param name="isKnown">Whether this home trusts a node.</param>
    /// <param name="log">Where trouble goes.</param>
    /// <param name="clock">The time.</param>
    public LanDiscovery(ILanPorts ports, Func<IReadOnlyList<LanLink>> findLinks, Func<NodeId, bool> isKnown, EventLog log, TimeProvider? clock = null)
    {
        _ports = ports;
        _findLinks = findLinks;
        _log = log;
        _clock = clock ?? TimeProvider.System;
        _start = _clock.GetTimestamp();
        _cache = new NodeCache(isKnown, Random.Shared);
        _browser = new Browser(_cache, Send, Random.Shared);
        _timer = _clock.CreateTimer(_ => Tick(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _relink = _clock.CreateTimer(_ => Relink(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ports.Heard += Hear;
    }

    /// <summary>How many nodes are kept, complete or not.</summary>
    public int Known
    {
        get
        {
            lock (_gate)
            {
                return _cache.Count;
            }
        }
    }

    /// <summary>How many nodes are known well enough to reach them, and have not said that they go.</summary>
    public int Complete
    {
        get
        {
            lock (_gate)
            {
                TimeSpan now = Now;
                return _cache.All.Count(instance => instance.IsComplete(now));
            }
        }
    }

    private TimeSpan Now => _clock.GetElapsedTime(_start);

    /// <summary>Begins to listen and to ask. Takes some milliseconds: nothing that a start should wait for.</summary>
    public void Open()
    {
        lock (_gate)
        {
            if (_isOpen || _isDisposed)
            {
                return;
            }

            _isOpen = true;
        }

        NetworkChange.NetworkAddressChanged += OnNetworkChanged;
        Relink();
    }

    /// <summary>Says this of the node from now on.</summary>
    public void Announce(LanProfile profile)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            if (_announcer is null)
            {
                _announcer = new Announcer(profile, Send, Random.Shared);
                _announcer.Start(_links, Now);
            }
            else if (_announcer.Profile != profile)
            {
                _announcer.Update(profile, Now);
            }

            Rearm();
        }
    }

    /// <summary>Asks who is there and hands out everyone who answers, again whenever more is heard, until cancelled.</summary>
    /// <param name="wanted">Only whoever says to be this node: then it alone is asked, and what is known of it comes at once.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<SeenPeer> WatchAsync(NodeId? wanted, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Channel<SeenPeer> sightings = Channel.CreateBounded<SeenPeer>(
            new BoundedChannelOptions(WaitingSightings) { FullMode = BoundedChannelFullMode.DropOldest });
        using ITimer again = _clock.CreateTimer(_ => Ask(wanted), null, AskAgain, Timeout.InfiniteTimeSpan);
        lock (_gate)
        {
            TimeSpan now = Now;
            foreach (CachedInstance instance in wanted is { } nodeId
                ? _cache.Find(nodeId, now)
                : _cache.All.Where(i => i.HeardAt > now - JustHeard && i.IsComplete(now)))
            {
                sightings.Writer.TryWrite(instance.ToPeer(now));
            }

            _watchers.Add(sightings);
        }

        try
        {
            Ask(wanted);
            await foreach (SeenPeer peer in sightings.Reader.ReadAllAsync(cancellationToken))
            {
                if (wanted is null || peer.NodeId == wanted)
                {
                    yield return peer;
                }
            }
        }
        finally
        {
            lock (_gate)
            {
                _watchers.Remove(sightings);
            }
        }
    }

    /// <summary>Takes back what was announced and closes the sockets.</summary>
    public async ValueTask DisposeAsync()
    {
        NetworkChange.NetworkAddressChanged -= OnNetworkChanged;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _announcer?.Goodbye();
            _isDisposed = true;
            _watchers.ForEach(watcher => watcher.Writer.TryComplete());
        }

        await _timer.DisposeAsync();
        await _relink.DisposeAsync();
        await _ports.DisposeAsync();
    }

    private void Ask(NodeId? wanted)
    {
        lock (_gate)
        {
            if (!_isDisposed)
            {
                _browser.Ask(wanted is { } nodeId ? LanService.Subtype(nodeId) : LanService.Service);
            }
        }
    }

    private void OnNetworkChanged(object? sender, EventArgs e) => _relink.Change(NetworkSettles, Timeout.InfiniteTimeSpan);

    private void Relink()
    {
        IReadOnlyList<LanLink> links;
        try
        {
            links = _findLinks();
        }
        catch (NetworkInformationException e)
        {
            _log.Warning(e, "looking at the network interfaces");
            return;
        }

        lock (_gate)
        {
            if (_isDisposed || links.SequenceEqual(_links))
            {
                return;
            }

            _links = links;
            _ports.Use(links);
            TimeSpan now = Now;
            _browser.Start(links, now);
            _announcer?.Start(links, now);
            Rearm();
        }
    }

    private void Hear(LanLink link, IPEndPoint from, ReadOnlyMemory<byte> datagram)
    {
        if (!DnsReader.TryRead(datagram.Span, out DnsMessage? message))
        {
            return;
        }

        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            TimeSpan now = Now;
            _announcer?.Hear(link, from, message, now);
            if (message.IsResponse && from.Port == Announcer.MulticastPort)
            {
                foreach (CachedInstance instance in _browser.Hear(link, message, now, _clock.GetUtcNow()))
                {
                    Show(instance, now);
                }
            }

            Rearm();
        }
    }

    private void Show(CachedInstance instance, TimeSpan now)
    {
        if (_watchers.Count > 0)
        {
            SeenPeer peer = instance.ToPeer(now);
            _watchers.ForEach(watcher => watcher.Writer.TryWrite(peer));
        }
    }

    private void Tick()
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            TimeSpan now = Now;
            _announcer?.Tick(now);
            _browser.Tick(now);
            Rearm();
        }
    }

    private void Rearm()
    {
        TimeSpan due = _announcer is { } announcer && announcer.Due < _browser.Due ? announcer.Due : _browser.Due;
        TimeSpan wait = due == TimeSpan.MaxValue ? Timeout.InfiniteTimeSpan : due - Now;
        _timer.Change(wait == Timeout.InfiniteTimeSpan || wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private void Send(LanLink link, IPEndPoint? to, DnsMessage message) => _ports.Send(link, to, DnsWriter.Write(message));
}
