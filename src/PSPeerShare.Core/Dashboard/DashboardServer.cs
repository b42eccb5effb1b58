using System.Net;
using System.Net.Sockets;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Dashboard;

/// <summary>
/// A page on 127.0.0.1 for the user of this machine. It passes on what the page asks for to the node and knows no rule
/// of its own but who may ask.
/// </summary>
/// <remarks>Any thread. It lives as long as its process, or until it is disposed.</remarks>
internal sealed class DashboardServer : IAsyncDisposable
{
    private const int PortAttempts = 10;

    private readonly HttpListener _listener;
    private readonly AccessKeys _keys;
    private readonly RequestGuard _guard;
    private readonly DashboardApi _api;
    private readonly EventLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _slots = new(DashboardLimits.Requests);
    private readonly Task _accepting;
    private int _disposed;

    private DashboardServer(HttpListener listener, int port, DashboardApi api, TimeProvider clock, EventLog log)
    {
        _listener = listener;
        _api = api;
        _log = log;
        Port = port;
        _keys = new AccessKeys(clock);
        _guard = new RequestGuard(port, _keys);
        _accepting = AcceptAsync();
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>Begins to answer.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PortInUse"/>.</exception>
    public static DashboardServer Start(
        IDashboardNode node, DashboardOptions options, string home, TimeProvider clock, EventLog log)
    {
        (HttpListener listener, int port) = Listen(options.Port);
        try
        {
            return new DashboardServer(listener, port, new DashboardApi(node, options, home), clock, log);
        }
        catch
        {
            listener.Close();
            throw;
        }
    }

    /// <summary>An address that lets one page in.</summary>
    public DashboardInfo Invite(IReadOnlyList<string> roots)
    {
        (string code, DateTimeOffset expires) = _keys.NewCode();

        // Browsers do not send the fragment, so the code is in no server's and no proxy's log.
        return new DashboardInfo($"http://127.0.0.1:{Port}/#code={code}", Port, roots, expires);
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync();
        _listener.Close();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _api.DisposeAsync();
    }

    private static (HttpListener Listener, int Port) Listen(int wanted)
    {
        for (int attempt = 1; ; attempt++)
        {
            int port = wanted != 0 ? wanted : FreePort();
            HttpListener listener = new();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, port);
            }
            catch (HttpListenerException e)
            {
                listener.Close();
                if (wanted != 0 || attempt == PortAttempts)
                {
                    throw new PeerShareException(PeerError.PortInUse, $"{port}", "for the dashboard", e);
                }
            }
        }
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                if (_stop.IsCancellationRequested || !_listener.IsListening)
                {
                    return;
                }

                // One broken connection is no reason to stop answering the others.
                continue;
            }

            _ = AnswerAsync(context);
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        ApiCall call = new(context);
        bool hasSlot = false;
        try
        {
            call.SetDefaults();
            if (_guard.Check(call.Facts) is { } refusal)
            {
                await call.RefuseAsync(refusal);
                return;
            }

            hasSlot = await _slots.WaitAsync(TimeSpan.Zero);
            if (!hasSlot)
            {
                await call.RefuseAsync(new ApiFault(503, "Busy", "Too many requests at the same time."));
                return;
            }

            await ServeAsync(call);
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or OperationCanceledException
            || (e is InvalidOperationException && call.HasBegun))
        {
            // The page went away.
            call.Abort();
        }
        catch (Exception e)
        {
            _log.Failure(e, "answering the dashboard");
            call.Abort();
        }
        finally
        {
            if (hasSlot)
            {
                _slots.Release();
            }
        }
    }

    private async Task ServeAsync(ApiCall call)
    {
        if (call.Path == RequestGuard.SessionPath)
        {
            await _api.AnswerAsync(call, SignInAsync, _stop.Token);
        }
        else if (RequestGuard.IsApi(call.Path))
        {
            await _api.AnswerAsync(call, _stop.Token);
        }
        else if (PageAssets.Find(call.Path) is not { } asset)
        {
            await call.RefuseAsync(new ApiFault(404, "NotFound", "There is no such page."));
        }
        else if (call.Method is not ("GET" or "HEAD"))
        {
            await call.RefuseAsync(new ApiFault(405, "MethodRefused", "The page can only be read."));
        }
        else
        {
            await call.AnswerAsync(asset);
        }
    }

    private async Task SignInAsync(ApiCall call, CancellationToken cancellationToken)
    {
        call.Require("POST");
        SignIn asked = await call.ReadAsync<SignIn>(DashboardLimits.SignInBytes);
        string token = _keys.Exchange(asked.Code)
            ?? throw new ApiFaultException(401, "CodeRefused", "This address was used already or is too old. Run Show-PeerDashboard again.");
        await call.AnswerAsync(new { token });
    }

    private sealed record SignIn(string Code);
}
