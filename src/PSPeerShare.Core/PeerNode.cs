using System.Collections.Concurrent;
using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core;

/// <summary>
/// One home's node: the composition root, and all that cmdlets see of Core.
/// </summary>
/// <remarks>
/// Members act on the home's running node in whichever process it runs. They may be called from any thread and throw
/// <see cref="PeerShareException"/> for what a user can act on. In a session an instance lives as long as its process.
/// </remarks>
public sealed partial class PeerNode : IAsyncDisposable
{
    private static readonly ConcurrentDictionary<string, Lazy<PeerNode>> Nodes = new(StringComparer.Ordinal);

    private readonly Lock _gate = new();
    private readonly DiscoveryScope? _scope;
    private readonly FollowPace? _pace;
    private NodeServices _services;
    private ServerControl _control;

    private PeerNode(string home, DiscoveryScope? scope = null, FollowPace? pace = null)
    {
        Home = home;
        _scope = scope;
        _pace = pace;
        _services = new NodeServices(home, scope, pace);
        _control = new ServerControl(_services);
    }

    /// <summary>The home folder.</summary>
    public string Home { get; }

    /// <summary>The node of the home that <c>PSPEERSHARE_HOME</c> names now; one instance a home and process.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.HomeUnusable"/>, <see cref="PeerError.IdentityUnsafe"/>,
    /// <see cref="PeerError.IdentityDamaged"/>, <see cref="PeerError.StoreUnusable"/>.</exception>
    public static PeerNode ForCurrentHome()
    {
        string home = HomeFolder.Ensure();
        TakeLeaveAtExit();
        Lazy<PeerNode> node = Nodes.GetOrAdd(home, static path => new Lazy<PeerNode>(() => new PeerNode(path)));
        try
        {
            return node.Value;
        }
        catch
        {
            // What failed may be mended by the user; the next call tries again.
            Nodes.TryRemove(KeyValuePair.Create(home, node));
            throw;
        }
    }

    /// <summary>A node of its own for a home, also when the process has one for it already.</summary>
    internal static PeerNode Open(string home, DiscoveryScope? scope = null, FollowPace? pace = null) => new(home, scope, pace);

    /// <summary>Who this home is.</summary>
    public IdentityInfo GetIdentity() => new(_services.Identity.Id, _services.Identity.Created, Home, _services.DefaultName);

    /// <summary>Gives the home a new identity. Every peer has to be told the new id; nothing else is forgotten.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.ServerAlreadyRunning"/> while the node runs.</exception>
    public IdentityInfo RenewIdentity()
    {
        lock (_gate)
        {
            if (_control.Find() is { } running)
            {
                throw new PeerShareException(PeerError.ServerAlreadyRunning, Home, $"process {running.Process.Id}");
            }

            NodeIdentity.Create(Home, replace: true).Dispose();
            NodeServices old = _services;
            _services = new NodeServices(Home, _scope, _pace);
            _control = new ServerControl(_services);
            _ = old.DisposeAsync().AsTask();
            return GetIdentity();
        }
    }

    /// <summary>Stops the node if it runs in this process, and closes all that is open.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Nodes.TryGetValue(Home, out Lazy<PeerNode>? known) && known.IsValueCreated && known.Value == this)
        {
            Nodes.TryRemove(KeyValuePair.Create(Home, known));
        }

        await CloseDashboardsAsync();
        await _services.DisposeAsync();
    }
}
