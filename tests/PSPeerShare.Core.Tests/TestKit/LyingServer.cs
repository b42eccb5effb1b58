using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A discovery server or relay that has the right id, and then says what the test wants.</summary>
internal sealed class LyingServer : IAsyncDisposable
{
    private readonly HostileListener _listener = new();
    private readonly X509Certificate2 _certificate = TestCertificates.Make();
    private readonly List<IDisposable> _open = [];
    private readonly string? _alpn;
    private readonly Func<SslStream, Task> _script;
    private readonly Task _accepting;
    private volatile bool _isClosed;
    private int _calls;

    private LyingServer(string? alpn, Func<SslStream, Task> script)
    {
        _alpn = alpn;
        _script = script;
        _accepting = AcceptAsync();
    }

    /// <summary>How often it was called.</summary>
    public int Calls => Volatile.Read(ref _calls);

    public int Port => _listener.Port;

    public string RelayUrl => $"relay://127.0.0.1:{_listener.Port}/?id={NodeId.FromCertificate(_certificate)}";

    public string DiscoveryUrl => $"https://127.0.0.1:{_listener.Port}/?id={NodeId.FromCertificate(_certificate)}";

    /// <summary>A relay: the script begins where the handshake has ended.</summary>
    public static LyingServer Relay(Func<SslStream, Task> script) => new("bep-relay", script);

    /// <summary>A discovery server that answers every question with these bytes.</summary>
    public static LyingServer Discovery(Func<SslStream, Task> answer) => new(null, async tls =>
    {
        byte[] request = new byte[16 * 1024];
        if (await tls.ReadAsync(request).Within() > 0)
        {
            await answer(tls);
        }
    });

    /// <summary>The same with a whole answer.</summary>
    public static LyingServer Discovery(string body, string status = "200 OK", string headers = "") => Discovery(async tls =>
    {
        byte[] text = Encoding.UTF8.GetBytes(body);
        await tls.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\n{headers}Content-Length: {text.Length}\r\nConnection: close\r\n\r\n")).Within();
        await tls.WriteAsync(text).Within();
    });

    public async ValueTask DisposeAsync()
    {
        _isClosed = true;
        _listener.Dispose();
        lock (_open)
        {
            _open.ForEach(each => each.Dispose());
        }

        await _accepting;
        _certificate.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_isClosed)
        {
            try
            {
                Socket socket = await _listener.AcceptAsync();
                Interlocked.Increment(ref _calls);
                _ = Task.Run(() => TalkAsync(socket));
            }
            catch (Exception e) when (e is TimeoutException or ObjectDisposedException or SocketException)
            {
                // Nobody called, or the test is over.
            }
        }
    }

    private async Task TalkAsync(Socket socket)
    {
        SslStream tls = new(new NetworkStream(socket, ownsSocket: true));
        lock (_open)
        {
            _open.Add(tls);
        }

        try
        {
            await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(_certificate, null, offline: true),
                EnabledSslProtocols = SslProtocols.Tls13,
                ApplicationProtocols = _alpn is null ? null : [new SslApplicationProtocol(_alpn)],
                ClientCertificateRequired = _alpn is not null,
                RemoteCertificateValidationCallback = (_, shown, _, _) => _alpn is null || shown is not null,
            }).Within();
            await _script(tls);
            tls.Dispose();
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or AuthenticationException or TimeoutException or InvalidOperationException)
        {
            // The other side has hung up, as it should on most of them.
        }
    }
}
