using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using PSPeerShare.Core.Discovery.Relay;
using PSPeerShare.Core.Discovery.Servers;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>T3 at a real relay: all that passes it is kept, on the way to it and on the way from it, and read.</summary>
public sealed class RelayCaptureTests : IAsyncLifetime
{
    private const string Content = "the content that no relay may read";

    /// <summary>In front of what a relay and a node say to each other in clear, to open a session.</summary>
    private static readonly byte[] s_magic = [0x9E, 0x79, 0xBC, 0x40];

    private readonly SecretSet _secrets = new();
    private readonly BareNode _guest = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _guest.DisposeAsync();

    [NeedsFact("strelaysrv")]
    public async Task What_passes_a_real_relay_shows_no_secret_no_name_and_no_content()
    {
        await using SyncthingServer relay = await SyncthingServer.StartRelayAsync();
        ServerAddress own = ServerAddress.Parse(await relay.Url, ServerAddress.RelayScheme);

        // The relay names only its port to those who are to meet, so the taps have that port, at addresses of their own.
        using FaultProxy toServer = Tap("127.0.0.2", own.Port);
        using FaultProxy toClient = Tap("127.0.0.3", own.Port);
        ServerAddress servers = own with { Host = "127.0.0.2" };
        ServerAddress clients = own with { Host = "127.0.0.3" };
        await using NodePair pair = await NodePair.StartWithInboxAsync(
            new ServerOptions { Relays = [servers.ToString()], Name = "accounting-nas" });
        await pair.Client.StartAsync(new ServerOptions { Relays = [clients.ToString()] });
        await pair.Client.Node.SetPeerAsync(pair.ServerId, new PeerChange { Addresses = ["127.0.0.1:9"] }, TestNode.Patience);

        await TransferAsync(pair);
        await UseTicketAsync(pair, clients);
        await PairAsync(pair, clients);

        Array.ForEach([Content, "figures-of-may", "reply-to-it", "accounting-nas"], text => _secrets.AddText("name or content", text));
        foreach (byte[] passed in (byte[][])[toServer.Recorded, toClient.Recorded])
        {
            Assert.True(passed.Length > 500_000, $"{passed.Length} bytes passed");
            Assert.True(passed.AsSpan().IndexOf(s_magic) >= 0, "what is in clear is not found");
            _secrets.AssertNotIn("what passed the relay", passed);
        }
    }

    private static async Task TransferAsync(NodePair pair)
    {
        byte[] content = [.. Encoding.UTF8.GetBytes(Content), .. RandomNumberGenerator.GetBytes(300_000)];
        pair.Server.Write("docs/figures-of-may.txt", content);
        using CancellationTokenSource patience = new(Waiting.Patience);
        PeerProbe probe;
        do
        {
            // Both join the relay while this goes on.
            probe = await pair.Client.Node.TestPeerAsync(pair.Peer, TimeSpan.FromSeconds(10), patience.Token);
        }
        while (!probe.IsReachable);

        // Whichever side came first, it came through the relay: neither knows another way.
        Assert.Contains(probe.Path, (PeerPath?[])[PeerPath.Relay, PeerPath.Incoming]);
        NodePair.AssertCompleted(Assert.Single(await pair.Client.FetchAsync(pair.In(), await pair.Client.FindAsync())));
        Assert.Equal(content, File.ReadAllBytes(pair.Client["in", "figures-of-may.txt"]));
        LocalFile reply = new(pair.Client.Write("reply-to-it.txt", content[..^1]), "reply-to-it.txt", content.Length - 1);
        NodePair.AssertCompleted(Assert.Single(await pair.PushAsync(reply)));
    }

    private async Task UseTicketAsync(NodePair pair, ServerAddress relay)
    {
        using TempFolder home = new();
        using NodeStore store = NodeStore.Open(home.Path);
        TicketInfo ticket = await pair.Server.Node.NewTicketAsync(new TicketOptions(), TestNode.Patience);
        _secrets.AddTicket(ticket.Ticket);
        TicketRedemption redemption = new(
            _guest.Identity.Id, new PeerBook(store, _guest.Identity.Id), (_, issuer, stop) => DialAsync(relay, issuer, stop), () => ("guest", []));

        PeerTarget issuer = await redemption.UseAsync(ticket.Ticket, TestNode.Patience);

        Assert.Equal(pair.ServerId, issuer.NodeId);
    }

    private async Task PairAsync(NodePair pair, ServerAddress relay)
    {
        string code = (await pair.Server.Node.CreateCodeAsync(new TicketOptions(), TestNode.Patience)).Code!;
        _secrets.AddCode(code);
        PairingRequest request = new(
            _guest.Identity.Id,
            (_, _, stop) => DialAsync(relay, pair.ServerId, stop),
            () => ("guest", []),
            PairingPurpose.Trust,
            PairingSteps.TrustCapability);

        PairedNode paired = await request.RunAsync(PairingCode.Parse(code), ["127.0.0.1:9"], TestNode.Patience);

        Assert.Equal(pair.ServerId, paired.NodeId);
    }

    // As a stranger who knows the relay: it passes whoever comes.
    private async Task<PeerConnection> DialAsync(ServerAddress relay, NodeId node, CancellationToken cancellationToken)
    {
        SslStreamCertificateContext certificate = SslStreamCertificateContext.Create(
            _guest.Identity.Certificate, additionalCertificates: null, offline: true);
        Socket? socket = await RelayLink.DialAsync(relay, node, certificate, cancellationToken);
        return await _guest.Dialler.DialOverAsync(
            DuplexTransport.FromSocket(socket!),
            new DialTarget { Host = relay.Host, Port = relay.Port, Expected = node, Alpn = Alpn.Pair },
            (_, _, _) => Task.CompletedTask,
            cancellationToken);
    }

    private static FaultProxy Tap(string address, int port) =>
        new(port, new IPEndPoint(IPAddress.Parse(address), port)) { IsRecording = true };
}
