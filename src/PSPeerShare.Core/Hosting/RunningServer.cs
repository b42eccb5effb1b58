using System.Net;
using System.Text;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Hosting;

/// <summary>
/// The home's node while it runs in this process: its listener, its shares, its inbox. It knows what is served and
/// for how long; the answers themselves are given by the responders that <see cref="NodeServices"/> wires up.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class RunningServer : Sessions.INodeControl, IAsyncDisposable
{
    private readonly NodeServices _services;
    private readonly ServerOptions _options;
    private readonly DateTimeOffset _started = DateTimeOffset.UtcNow;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly (long Sent, long Received) _before;
    private PeerListener? _listener;
    private volatile ServerState _state;
    private volatile bool _isOpen;
    private int _stopping;

    private RunningServer(NodeServices services, ServerOptions options)
    {
        _services = services;
        _options = options;
        Name = options.Name ?? services.DefaultName;
        Shares = services.Shares;
        _before = (services.Counters.BytesSent, services.Counters.BytesReceived);
    }

    public string Name { get; }

    public ShareRegistry Shares { get; }

    /// <summary>Whether it runs: from just before it listens until it has ended.</summary>
    public bool IsServing => _isOpen && !Ended.IsCompleted;

    /// <summary>How much each peer may leave in the inbox.</summary>
    public InboxLimits InboxLimits => _options.InboxLimits;

    /// <summary>Ends when the server has.</summary>
    public Task Ended => _ended.Task;

    public int Port => _listener?.Port ?? 0;

    public IReadOnlyList<IPEndPoint> Endpoints => _listener?.Endpoints ?? [];

    /// <summary>Claims the home, loads the shares and listens.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.ServerAlreadyRunning"/>, <see cref="PeerError.PortInUse"/>,
    /// <see cref="PeerError.ListenAddressInvalid"/>, <see cref="PeerError.SharePathNotFound"/>,
    /// <see cref="PeerError.ShareExists"/>, <see cref="PeerError.PeerNameInvalid"/> for its own name,
    /// <see cref="PeerError.DestinationInvalid"/> for the inbox.</exception>
    public static RunningServer Start(NodeServices services, ServerOptions options)
    {
        CheckName(options.Name);
        NodeServices.CheckServers(options);
        RunningServer server = new(services, options);
        RunningNodeRow claim = new(ProcessMark.Current, 0, "", server.Name, server._started);
        if (services.Store.RunningNode.Claim(claim) is { } other)
        {
            throw new PeerShareException(PeerError.ServerAlreadyRunning, services.Home, $"process {other.Process.Id} since {other.Started:u}");
        }

        RunningServer? before = services.Server;
        try
        {
            services.Server = server;
            server.Open();
            return server;
        }
        catch
        {
            services.Server = before;
            _ = server._listener?.StopAsync(TimeSpan.Zero, force: true);
            services.Shares.Clear();
            services.Store.RunningNode.Release(ProcessMark.Current);
            throw;
        }
    }

    /// <summary>The inbox, opened anew, or <see langword="null"/> when there is none now.</summary>
    public SafeRoot? OpenInbox()
    {
        if (_options.Inbox is not { } inbox || _state != ServerState.Running)
        {
            return null;
        }

        try
        {
            return SafeRoot.Open(inbox);
        }
        catch (PeerShareException e)
        {
            _services.Log.Warning(e, "opening the inbox");
            return null;
        }
    }

    public ServerInfo Describe() => new(
        Name,
        _services.Identity.Id,
        Port,
        [.. Endpoints.Select(e => e.ToString())],
        [.. Shares.All.Select(s => _services.Entries.Describe(ShareRegistry.Inspect(s.Info)))],
        _options.Inbox,
        _started,
        _state,
        _services.Sessions.PeerConnections,
        _services.Counters.BytesSent - _before.Sent,
        _services.Counters.BytesReceived - _before.Received,
        null,
        Environment.ProcessId)
    {
        DiscoveryServers = _options.DiscoveryServers,
        Relays = _options.Relays,
        Links = _services.Links,
        Passing = _services.Passing.Now(),
    };

    /// <summary>Takes over what the store says now: persistent shares, limits, and who is still trusted.</summary>
    public void Refresh()
    {
        Shares.ReplacePersistent(_services.PersistentShares());
        foreach (PeerConnection connection in _listener?.Connections ?? [])
        {
            if (!_services.IsTrusted(connection.RemoteId))
            {
                connection.Shutdown(CloseReason.TrustRevoked);
            }
        }

        _services.RefreshLimits();
        _services.Peers.RaiseChanged();
        _services.Sessions.Close(nodeId => !_services.IsTrusted(nodeId) && !_services.IsHost(nodeId), CloseReason.TrustRevoked);
    }

    /// <summary>
    /// Stops: takes nothing new, gives what runs time to finish, closes. Who comes later with <paramref name="force"/>
    /// ends the waiting of who came first.
    /// </summary>
    public async Task StopAsync(TimeSpan timeout, bool force)
    {
        if (Interlocked.Exchange(ref _stopping, 1) != 0)
        {
            if (force && _listener is { } listener)
            {
                await listener.StopAsync(TimeSpan.Zero, force: true);
            }

            await Ended;
            return;
        }

        _state = ServerState.Stopping;
        try
        {
            await _services.EndDiscoveryAsync();
            await _services.EndAnnouncingAsync();
            await _listener!.StopAsync(timeout, force);
        }
        finally
        {
            _state = ServerState.Stopped;
            await _services.StopScanningAsync();
            Shares.Clear();
            _services.Codes.CloseAll();
            _services.Store.RunningNode.Release(ProcessMark.Current);
            _services.Log.NodeStopped(Name);
            _ended.TrySetResult();
        }
    }

    public async ValueTask DisposeAsync() => await StopAsync(TimeSpan.Zero, force: true);

    public Task<ControlAnswer> AnswerAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        ControlAnswer answer = new();
        switch (request.OperationCase)
        {
            case ControlRequest.OperationOneofCase.Status:
                break;
            case ControlRequest.OperationOneofCase.Stop:
                // The answer has to leave before the connection that carries it closes.
                _ = StopSoonAsync(TimeSpan.FromMilliseconds(request.Stop.TimeoutMs), request.Stop.Force);
                break;
            case ControlRequest.OperationOneofCase.Refresh:
                Refresh();
                break;
            case ControlRequest.OperationOneofCase.OpenCode:
                answer.CodeStatus = _services.OpenCode(request.OpenCode);
                break;
            case ControlRequest.OperationOneofCase.CloseCode:
                _services.CloseCode(request.CloseCode.Id);
                break;
            case ControlRequest.OperationOneofCase.ListCodes:
                answer.Codes.AddRange(_services.ListCodes());
                break;
            case ControlRequest.OperationOneofCase.RemoveShare:
                RemoveShare(request.RemoveShare.Name);
                break;
            default:
                throw new PeerShareException(PeerError.RequestRefused);
        }

        answer.Status = NodeStatusText.ToMessage(Describe());
        return Task.FromResult(answer);
    }

    /// <summary>Stops serving a share of this run.</summary>
    public void RemoveShare(string name)
    {
        if (!Shares.Remove(name))
        {
            throw new PeerShareException(PeerError.ShareNotFound, name);
        }

        _services.Log.ShareRemoved(name);
    }

    private void Open()
    {
        _services.OpenLogs(_options.LogPath ?? HomeFolder.Logs(_services.Home), _options.LogLevel);
        if (_options.Inbox is { } inbox)
        {
            SafeRoot.Open(inbox, create: true).Dispose();
        }

        Shares.ReplacePersistent(_services.PersistentShares());
        foreach (string path in _options.Paths)
        {
            AddShare(ShareRegistry.Describe(new ShareOptions { Path = path }, isPersistent: false));
        }

        _services.SetLimit(_options.RateLimit);
        _isOpen = true;
        _listener = _services.Listen(this, _options);
        string control = ControlEndpoint(_listener.Endpoints);
        _services.Store.RunningNode.Update(ProcessMark.Current, _listener.Port, control);
        _services.BeginDiscovery(this, _options, _listener.Take);
        _services.StartScanning();
        _services.BeginAnnouncing();
        _services.Log.NodeStarted(Name, _services.Identity.Id, Environment.ProcessId);
    }

    private void AddShare(ShareInfo share)
    {
        if (Shares.Find(share.Name) is { Info: { IsPersistent: true } known } && known.Path == share.Path)
        {
            // It is served anyway, and by the rules that it was given for good.
            return;
        }

        Shares.Add(share);
        _services.Log.ShareAdded(share.Name, share.Path);
    }

    private static void CheckName(string? name)
    {
        if (name is not null && (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > Limits.NodeNameBytes || Printable.Escape(name) != name))
        {
            throw new PeerShareException(
                PeerError.PeerNameInvalid, Printable.Escape(name, 80), $"a node's name has 1 to {Limits.NodeNameBytes} printable bytes");
        }
    }

    private async Task StopSoonAsync(TimeSpan timeout, bool force)
    {
        await Task.Delay(TimeSpan.FromMilliseconds(100));
        await StopAsync(timeout, force);
    }

    // Loopback where the node listens there; else the first address it was told to listen on.
    private string ControlEndpoint(IReadOnlyList<IPEndPoint> endpoints)
    {
        IPEndPoint first = endpoints.FirstOrDefault(e => IPAddress.IsLoopback(e.Address))
            ?? endpoints.FirstOrDefault(e => e.Address.Equals(IPAddress.Any) || e.Address.Equals(IPAddress.IPv6Any))
            ?? endpoints[0];

        // Without given addresses it listens on those of both families, and IPv4 is less often switched off.
        bool isIPv4 = first.Address.Equals(IPAddress.Any) || _options.ListenAddresses.Count == 0;
        IPAddress address = isIPv4 ? IPAddress.Loopback
            : first.Address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback
            : first.Address;
        return new IPEndPoint(address, first.Port).ToString();
    }
}
