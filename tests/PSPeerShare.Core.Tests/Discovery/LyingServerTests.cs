using System.Buffers.Binary;
using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using PSPeerShare.Core.Discovery.Relay;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Discovery;

/// <summary>Discovery servers and relays of the right id that lie, hang or send what cannot be: they cost dials and time, and that is bounded.</summary>
public sealed class LyingServerTests : IAsyncLifetime
{
    private const string Nowhere = "127.0.0.1:9";

    private NodePair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        _direct = _pair.Peer.Addresses[0];
        await _pair.Client.Node.SetPeerAsync(_pair.ServerId, new PeerChange { Addresses = [Nowhere] }, TestNode.Patience);
    }

    private string _direct = "";

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    public static TheoryData<string> Answers =>
    [
        "", "{", "null", "[]", "7", "{\"addresses\":7}", "{\"addresses\":[null,{},[],7,\"\",\"x\"]}", "{\"addresses\":[\"pspeershare://\",\"pspeershare://:0\",\"pspeershare://[::\"]}",
        "{\"addresses\":[\"relay://x/?id=y\",\"relay://\",\"file:///etc/passwd\",\"pspeershare://127.0.0.1:9/../..\"]}", "{\"addresses\":{\"0\":\"pspeershare://127.0.0.1:9\"}}",
        new string('[', 4000),
    ];

    [Theory]
    [MemberData(nameof(Answers))]
    public async Task An_answer_that_is_none_leads_to_nobody(string body)
    {
        await using LyingServer server = LyingServer.Discovery(body);

        PeerProbe probe = await ProbeAsync(new ServerOptions { DiscoveryServers = [server.DiscoveryUrl] });

        Assert.False(probe.IsReachable);
        Assert.True(server.Calls > 0);
    }

    [Fact]
    public async Task Lies_among_the_answers_do_not_keep_from_the_peer()
    {
        await using TestNode other = new();
        ServerInfo liar = await other.StartAsync();
        string[] addresses = [$"pspeershare://127.0.0.1:{liar.Port}", "pspeershare://127.0.0.1:1", $"pspeershare://{_direct}"];
        await using LyingServer server = LyingServer.Discovery($"{{\"addresses\":[{string.Join(',', addresses.Select(address => $"\"{address}\""))}]}}");

        PeerProbe probe = await ProbeAsync(new ServerOptions { DiscoveryServers = [server.DiscoveryUrl] });

        Assert.Equal((true, _direct, PeerPath.DiscoveryServer), (probe.IsReachable, probe.Address, probe.Path));
    }

    [Fact]
    public async Task Of_endless_addresses_a_bounded_number_is_tried()
    {
        string body = $"{{\"addresses\":[{string.Join(',', Enumerable.Range(1, 1000).Select(port => $"\"pspeershare://127.0.0.2:{port}\""))}]}}";
        await using LyingServer server = LyingServer.Discovery(body);

        PeerProbe probe = await ProbeAsync(new ServerOptions { DiscoveryServers = [server.DiscoveryUrl] });

        Assert.False(probe.IsReachable);
        Assert.InRange(probe.Attempts.Count, 1, 40);
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_its_end()
    {
        long written = 0;
        await using LyingServer server = LyingServer.Discovery(async tls =>
        {
            await tls.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n{\"addresses\":[\""u8.ToArray());
            byte[] more = Encoding.ASCII.GetBytes(new string('x', 16 * 1024));
            while (written < 100_000_000)
            {
                await tls.WriteAsync(more);
                Interlocked.Add(ref written, more.Length);
            }
        });

        PeerProbe probe = await ProbeAsync(new ServerOptions { DiscoveryServers = [server.DiscoveryUrl] });

        Assert.False(probe.IsReachable);
        Assert.True(Interlocked.Read(ref written) < 50_000_000);
    }

    [Fact]
    public async Task A_redirection_is_not_followed()
    {
        await using LyingServer target = LyingServer.Discovery("{}");
        await using LyingServer server = LyingServer.Discovery("", "302 Found", $"Location: {target.DiscoveryUrl}\r\n");

        Assert.False((await ProbeAsync(new ServerOptions { DiscoveryServers = [server.DiscoveryUrl] })).IsReachable);

        Assert.Equal(0, target.Calls);
    }

    [Fact]
    public async Task Servers_that_hang_hold_up_nobody_who_can_be_reached()
    {
        await using LyingServer hanging = LyingServer.Discovery(_ => Task.Delay(Timeout.Infinite));
        await using LyingServer silent = LyingServer.Relay(_ => Task.Delay(Timeout.Infinite));
        await using LyingServer good = LyingServer.Discovery($"{{\"addresses\":[\"pspeershare://{_direct}\"]}}");

        PeerProbe probe = await ProbeAsync(new ServerOptions { DiscoveryServers = [hanging.DiscoveryUrl, good.DiscoveryUrl], Relays = [silent.RelayUrl] });

        Assert.Equal((true, PeerPath.DiscoveryServer), (probe.IsReachable, probe.Path));
        await _pair.Client.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
    }

    [Fact]
    public async Task A_server_of_another_id_is_shown_as_failed()
    {
        await using LyingServer server = LyingServer.Discovery("{}");
        string wrong = server.DiscoveryUrl[..(server.DiscoveryUrl.IndexOf("id=", StringComparison.Ordinal) + 3)] + LanFixture.Id(5);
        await _pair.Client.StartAsync(new ServerOptions { DiscoveryServers = [wrong], Relays = [server.RelayUrl.Replace(NodeIdOf(server), LanFixture.Id(5).ToString(), StringComparison.Ordinal)] });

        await WaitForLinksAsync(links => links.Count == 2 && links.All(link => link is { State: ServerLinkState.Failed, Problem.Length: > 0 }));
    }

    private static readonly Dictionary<string, byte[]> s_frames = new()
    {
        { "a gigabyte announced", [.. RelayMessage.Pong.ToBytes()[..8], 0x40, 0, 0, 0] },
        { "a negative length", [.. RelayMessage.Pong.ToBytes()[..8], 0xFF, 0xFF, 0xFF, 0xFF] },
        { "no relay at all", "SSH-2.0-OpenSSH_9.2p1 and so on\r\n"u8.ToArray() },
        { "another kind of message", new RelayMessage((RelayType)99, new byte[64]).ToBytes() },
        { "an invitation that is cut off", new RelayMessage(RelayType.Invitation, new byte[20]).ToBytes() },
        { "full", new RelayMessage(RelayType.Full, []).ToBytes() },
    };

    public static TheoryData<string> Frames => [.. s_frames.Keys];

    [Theory]
    [MemberData(nameof(Frames))]
    public async Task A_relay_that_answers_nonsense_leads_to_nobody(string frame)
    {
        await using LyingServer relay = LyingServer.Relay(async tls =>
        {
            await tls.ReadAtLeastAsync(new byte[4096], RelayMessage.HeaderBytes);
            await tls.WriteAsync(s_frames[frame]);
        });

        PeerProbe probe = await ProbeAsync(new ServerOptions { Relays = [relay.RelayUrl] });

        Assert.False(probe.IsReachable);
        Assert.Contains(probe.Attempts, attempt => attempt is { Path: PeerPath.Relay, Error.Error: PeerError.PeerUnreachable });
        Assert.Equal(ServerState.Running, (await _pair.Client.Node.GetServerAsync(TestNode.Patience))!.State);
    }

    [Fact]
    public async Task A_relay_that_leads_to_another_node_makes_no_session()
    {
        await using TestNode other = new();
        ServerInfo elsewhere = await other.StartAsync();
        using HostileListener session = new();
        Task leading = Task.Run(() => LeadAsync(session, elsewhere.Port));
        await using LyingServer relay = LyingServer.Relay(tls => InviteAsync(tls, _pair.ServerId, session.Port));

        PeerProbe probe = await ProbeAsync(new ServerOptions { Relays = [relay.RelayUrl] });

        Assert.False(probe.IsReachable);
        Assert.Contains(probe.Attempts, attempt => attempt is { Path: PeerPath.Relay, Error.Error: PeerError.PeerIdentityChanged });
        await leading.Within();
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(100, false)]
    public async Task A_session_that_the_relay_calls_taken_is_followed_by_another_one(int refused, bool isReached)
    {
        using HostileListener session = new();
        int port = int.Parse(_direct.Split(':')[^1], CultureInfo.InvariantCulture);
        int asked = 0;
        Task answering = Task.Run(async () =>
        {
            for (int i = 0; i < refused; i++)
            {
                using NetworkStream near = new(await session.AcceptAsync(), ownsSocket: true);
                Interlocked.Increment(ref asked);
                await near.ReadExactlyAsync(new byte[RelayMessage.HeaderBytes + 36]).Within();
                await near.WriteAsync(new RelayMessage(RelayType.Response, [0, 0, 0, 2, 0, 0, 0, 0]).ToBytes()).Within();
            }

            await LeadAsync(session, port);
        });
        await using LyingServer relay = LyingServer.Relay(tls => InviteAsync(tls, _pair.ServerId, session.Port));

        PeerProbe probe = await ProbeAsync(new ServerOptions { Relays = [relay.RelayUrl] });

        Assert.Equal(isReached, probe.IsReachable);
        Assert.InRange(Volatile.Read(ref asked), 2, 10);
        await _pair.Client.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        session.Dispose();
        await answering.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    [Fact]
    public async Task A_relay_that_names_someone_else_is_not_followed()
    {
        await using LyingServer session = LyingServer.Relay(_ => Task.CompletedTask);
        await using LyingServer relay = LyingServer.Relay(tls => InviteAsync(tls, LanFixture.Id(7), session.Port));

        PeerProbe probe = await ProbeAsync(new ServerOptions { Relays = [relay.RelayUrl] });

        Assert.False(probe.IsReachable);
        Assert.Equal(0, session.Calls);
    }

    [Fact]
    public async Task Endless_invitations_are_taken_a_few_at_a_time()
    {
        await using LyingServer session = LyingServer.Relay(_ => Task.CompletedTask);
        using HostileListener silent = new();
        int sent = 0;
        await using LyingServer relay = LyingServer.Relay(async tls =>
        {
            await tls.ReadAtLeastAsync(new byte[4096], RelayMessage.HeaderBytes);
            await tls.WriteAsync(new RelayMessage(RelayType.Response, [0, 0, 0, 0, 0, 0, 0, 0]).ToBytes());
            for (; sent < 2000; sent++)
            {
                await tls.WriteAsync(Invitation(LanFixture.Id(7), silent.Port, isServer: true));
            }

            await Task.Delay(Timeout.Infinite);
        });
        await _pair.Client.StartAsync(new ServerOptions { Relays = [relay.RelayUrl] });

        await WaitForLinksAsync(links => links is [{ State: ServerLinkState.Connected }]);
        await Waiting.UntilAsync(() => Volatile.Read(ref sent) == 2000);
        await _pair.Client.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
    }

    private async Task<PeerProbe> ProbeAsync(ServerOptions options)
    {
        await _pair.Client.StartAsync(options);
        return await _pair.Client.Node.TestPeerAsync(_pair.Peer, TimeSpan.FromSeconds(12), TestNode.Patience);
    }

    private async Task WaitForLinksAsync(Func<IReadOnlyList<ServerLink>, bool> isWanted)
    {
        using CancellationTokenSource patience = new(Waiting.Patience);
        while (!isWanted((await _pair.Client.Node.GetServerAsync(TestNode.Patience))!.Links))
        {
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>The place of a session as a relay has it, and behind it whoever listens at a port.</summary>
    private static async Task LeadAsync(HostileListener listener, int port)
    {
        using NetworkStream near = new(await listener.AcceptAsync(), ownsSocket: true);
        await near.ReadExactlyAsync(new byte[RelayMessage.HeaderBytes + 36]).Within();
        await near.WriteAsync(new RelayMessage(RelayType.Response, [0, 0, 0, 0, 0, 0, 0, 0]).ToBytes()).Within();
        using TcpClient far = new("127.0.0.1", port);
        Task there = near.CopyToAsync(far.GetStream());
        Task back = far.GetStream().CopyToAsync(near);
        await Task.WhenAny(there, back).Within();
    }

    private static string NodeIdOf(LyingServer server) => server.RelayUrl[(server.RelayUrl.IndexOf("id=", StringComparison.Ordinal) + 3)..];

    private static async Task InviteAsync(SslStream tls, NodeId from, int port)
    {
        byte[] request = new byte[4096];
        int read = await tls.ReadAtLeastAsync(request, RelayMessage.HeaderBytes);
        bool isConnect = read >= RelayMessage.HeaderBytes && BinaryPrimitives.ReadInt32BigEndian(request.AsSpan(4)) == (int)RelayType.Connect;
        if (isConnect)
        {
            await tls.WriteAsync(Invitation(from, port, isServer: false));
        }
        else
        {
            await tls.WriteAsync(new RelayMessage(RelayType.Response, [0, 0, 0, 0, 0, 0, 0, 0]).ToBytes());
        }

        await Task.Delay(Timeout.Infinite);
    }

    private static byte[] Invitation(NodeId from, int port, bool isServer) => new RelayMessage(
        RelayType.Invitation,
        [0, 0, 0, 32, .. from.ToArray(), 0, 0, 0, 32, .. new byte[32], 0, 0, 0, 0, 0, 0, (byte)(port >> 8), (byte)port, 0, 0, 0, (byte)(isServer ? 1 : 0)]).ToBytes();
}
