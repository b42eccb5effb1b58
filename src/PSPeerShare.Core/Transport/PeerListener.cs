using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// Accepts connections within the limits, each up to HELLO_ACK under a deadline. It proves who calls; whether that
/// node may come in, its owner says. One caller's trouble never stops it.
/// </summary>
internal sealed partial class PeerListener : IAsyncDisposable
{
    private readonly ListenOptions _options;
    private readonly IReadOnlyList<Socket> _sockets;
    private readonly SslStreamCertificateContext _certificate;
    private readonly ConnectionAdmission _admission = new();
    private readonly ConcurrentDictionary<PeerConnection, bool> _connections = new();
    private readonly ConcurrentDictionary<Task, bool> _callers = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _loops = [];

    private PeerListener(ListenOptions options, IReadOnlyList<Socket> sockets)
    {
        _options = options;
        _sockets = sockets;
        _certificate = SslStreamCertificateContext.Create(options.Identity.Certificate, additionalCertificates: null, offline: true);
        Endpoints = [.. sockets.Select(socket => (IPEndPoint)socket.LocalEndPoint!)];
    }

    public int Port => Endpoints[0].Port;

    /// <summary>Where it listens; <c>[::]</c> stands for every address of both families.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; }

    /// <summary>Accepted connections of the main protocol.</summary>
    public IReadOnlyCollection<PeerConnection> Connections =>
        [.. _connections.Keys.Where(connection => string.Equals(connection.Alpn, Alpn.Main, StringComparison.Ordinal))];

    /// <summary>Connections whose other side has not been accepted.</summary>
    internal int Strangers => _admission.Strangers;

    /// <exception cref="PeerShareException">The port is taken or an address is not this machine's.</exception>
    public static PeerListener Start(ListenOptions options)
    {
        var listener = new PeerListener(options, ListenSockets.Open(options.Addresses, options.Port));
        foreach (Socket socket in listener._sockets)
        {
            listener._loops.Add(Task.Run(() => listener.AcceptLoopAsync(socket)));
            options.Connections.Log.ListenerStarted(socket.LocalEndPoint!);
        }
        return listener;
    }

    /// <summary>Takes a caller who came another way, through a relay for instance. The same limits hold.</summary>
    public void Take(Socket socket)
    {
        if (_stopping.IsCancellationRequested)
        {
            socket.Dispose();
            return;
        }
        Welcome(socket);
    }

    /// <summary>Stops accepting at once, and ends the connections.</summary>
    /// <param name="grace">How long running requests may go on.</param>
    /// <param name="force">Not at all.</param>
    public async Task StopAsync(TimeSpan grace, bool force)
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (Socket socket in _sockets)
        {
            socket.Dispose();
        }
        await Task.WhenAll(_loops).ConfigureAwait(false);
        await Task.WhenAll(_callers.Keys).ConfigureAwait(false);
        using var patience = new CancellationTokenSource(force ? TimeSpan.Zero : grace, _options.Connections.Clock);
        await Task.WhenAll(_connections.Keys.Select(
            connection => connection.GoAwayAsync(CloseReason.ShuttingDown, patience.Token))).ConfigureAwait(false);
        foreach (IPEndPoint endpoint in Endpoints)
        {
            _options.Connections.Log.ListenerStopped(endpoint);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(TimeSpan.Zero, force: true).ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task AcceptLoopAsync(Socket listening)
    {
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                Socket socket = await listening.AcceptAsync(_stopping.Token).ConfigureAwait(false);
                Welcome(socket);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException e)
            {
                if (_stopping.IsCancellationRequested)
                {
                    return;
                }
                // Out of descriptors, mostly; those who leave give some back.
                _options.Connections.Log.AcceptFailed(Endpoints[0], e);
                await Task.Delay(AcceptPause, _options.Connections.Clock, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private void Welcome(Socket socket)
    {
        Task caller = Task.Run(() => ServeAsync(socket));
        _callers[caller] = true;
        _ = caller.ContinueWith(done => _callers.TryRemove(done, out _), TaskScheduler.Default);
    }
}
