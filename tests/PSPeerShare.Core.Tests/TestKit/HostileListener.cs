using System.Net;
using System.Net.Sockets;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>Accepts plain TCP; the test decides what answers: <see cref="HostilePeer.AnswerAsync"/>, a banner, nothing.</summary>
internal sealed class HostileListener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

    public HostileListener()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _socket.Listen();
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    public Task<Socket> AcceptAsync() => _socket.AcceptAsync().Within();

    public void Dispose() => _socket.Dispose();
}
