using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PSPeerShare.Dashboard.Tests;

/// <summary>A line between a browser and this machine that can be cut and mended, as a tunnel can: a SOCKS 5 proxy.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, bool> _open = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private volatile bool _isCut;

    public Line()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>How a browser is told to use it.</summary>
    public string Address => $"socks5://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Cut()
    {
        _isCut = true;
        foreach (TcpClient client in _open.Keys)
        {
            client.Close();
        }
    }

    public void Mend() => _isCut = false;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        Cut();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using TcpClient target = new();
        using (client)
        {
            _open[client] = true;
            try
            {
                NetworkStream near = client.GetStream();
                IPEndPoint wanted = await GreetAsync(near);
                if (_isCut)
                {
                    return;
                }

                await target.ConnectAsync(wanted, _stop.Token);
                await near.WriteAsync((byte[])[5, 0, 0, 1, 0, 0, 0, 0, 0, 0], _stop.Token);
                NetworkStream far = target.GetStream();
                await Task.WhenAny(near.CopyToAsync(far, _stop.Token), far.CopyToAsync(near, _stop.Token));
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
            {
                // Either end hung up.
            }
            finally
            {
                _open.TryRemove(client, out _);
            }
        }
    }

    // RFC 1928, without authentication; browsers write addresses as names.
    private async Task<IPEndPoint> GreetAsync(NetworkStream near)
    {
        byte[] methods = await ReadAsync(near, 2);
        await ReadAsync(near, methods[1]);
        await near.WriteAsync((byte[])[5, 0], _stop.Token);
        byte[] head = await ReadAsync(near, 5);
        byte[] name = await ReadAsync(near, head[4]);
        byte[] port = await ReadAsync(near, 2);
        return head[3] == 3 ? new IPEndPoint(IPAddress.Parse(Encoding.ASCII.GetString(name)), (port[0] << 8) | port[1]) : throw new IOException("not a name");
    }

    private async Task<byte[]> ReadAsync(NetworkStream near, int count)
    {
        byte[] bytes = new byte[count];
        await near.ReadExactlyAsync(bytes, _stop.Token);
        return bytes;
    }
}
