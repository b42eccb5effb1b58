using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

/// <summary>Somebody between two nodes with certificates of its own, and somebody who says again what it has heard.</summary>
public sealed class MiddlemanTests : IAsyncLifetime
{
    private readonly BareNode _node = new(Answers.Everything);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _node.DisposeAsync().AsTask();

    [Fact]
    public async Task A_dialler_says_nothing_to_a_certificate_in_the_middle()
    {
        using var middle = new HostileListener();
        using X509Certificate2 certificate = TestCertificates.Make();
        await using var dialler = new BareNode();
        Task<(byte[] Heard, NodeId Caller)> heard = Task.Run(async () =>
        {
            using HostilePeer near = await HostilePeer.AnswerAsync(await middle.AcceptAsync(), certificate);
            return (await ReadToEndAsync(near), NodeId.FromCertificate((X509Certificate2)near.Tls.RemoteCertificate!));
        });

        var failure = await Assert.ThrowsAsync<PeerShareException>(() => dialler.DialAsync(_node.Identity.Id, middle.Port));

        Assert.Equal(PeerError.PeerIdentityChanged, failure.Error);
        Assert.Equal(dialler.Identity.Id, (await heard.Within()).Caller);
        Assert.Empty((await heard).Heard);
    }

    [Fact]
    public async Task An_acceptor_answers_nothing_to_a_certificate_in_the_middle()
    {
        await using var friend = new BareNode();
        _node.Authorise = (id, _) => id == friend.Identity.Id ? AcceptVerdict.Accepted : AcceptVerdict.NotTrusted;
        using X509Certificate2 certificate = TestCertificates.Make();
        using HostilePeer far = await HostilePeer.DialAsync(_node.Port, certificate);

        // The friend's own words, passed on.
        await far.SendAsync(FrameType.Hello, HostilePeer.MakeHello());

        Assert.Equal(CloseReason.NotTrusted, await far.ReadGoodbyeAsync());
        Assert.Empty(_node.Listener.Connections);
    }

    [Fact]
    public async Task A_hello_that_is_said_again_on_another_connection_leads_nowhere()
    {
        using X509Certificate2 certificate = TestCertificates.Make();
        byte[] hello;
        byte[] ack;
        using (HostilePeer first = await HostilePeer.DialAsync(_node.Port, certificate))
        {
            await first.GreetAsync();
            hello = FrameWriter.EncodeFrame(FrameType.Hello, FrameFlags.None, 0, first.Said!);
            ack = FrameWriter.EncodeFrame(FrameType.HelloAck, FrameFlags.None, 0, new HelloAck { Nonce = first.Greeted!.Nonce });
        }

        using HostilePeer again = await HostilePeer.DialAsync(_node.Port, certificate);
        await again.SendAsync(hello);
        await again.SendAsync(ack);
        await again.SendAsync(FrameType.Search, new SearchRequest(), 1, last: true);

        Assert.Equal(CloseReason.BadHello, await again.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task An_acceptor_that_says_its_hello_again_is_no_peer()
    {
        using var listener = new HostileListener();
        using X509Certificate2 certificate = TestCertificates.Make();
        NodeId id = NodeId.FromCertificate(certificate);
        await using var dialler = new BareNode();
        HelloAck? old = null;
        Task answering = Task.Run(async () =>
        {
            for (int call = 0; call < 2; call++)
            {
                using HostilePeer near = await HostilePeer.AnswerAsync(await listener.AcceptAsync(), certificate);
                Hello heard = Hello.Parser.ParseFrom((await near.ReceiveAsync())!.Value.Payload);
                await near.SendAsync(FrameType.Hello, HostilePeer.MakeHello());
                old ??= new HelloAck { Nonce = heard.Nonce };
                await near.SendAsync(FrameType.HelloAck, old);
                await near.ReadGoodbyeAsync();
            }
        });

        await (await dialler.DialAsync(id, listener.Port)).DisposeAsync();
        var failure = await Assert.ThrowsAsync<PeerShareException>(() => dialler.DialAsync(id, listener.Port));

        Assert.Equal(PeerError.ProtocolViolation, failure.Error);
        await answering.Within();
    }

    [Theory]
    [InlineData("nistP384")]
    [InlineData("nistP521")]
    public async Task A_key_of_another_curve_is_an_id_like_any_other_in_both_roles(string curve)
    {
        using X509Certificate2 certificate = TestCertificates.Make(ECCurve.CreateFromFriendlyName(curve));
        NodeId id = NodeId.FromCertificate(certificate);
        var asked = new ConcurrentQueue<NodeId>();
        _node.Authorise = (who, _) =>
        {
            asked.Enqueue(who);
            return AcceptVerdict.Accepted;
        };
        using (HostilePeer peer = await HostilePeer.DialAsync(_node.Port, certificate))
        {
            await peer.GreetAsync();
        }

        Assert.All(asked, who => Assert.Equal(id, who));
        using var listener = new HostileListener();
        Task answering = Task.Run(async () =>
        {
            using HostilePeer near = await HostilePeer.AnswerAsync(await listener.AcceptAsync(), certificate);
            await near.GreetAsync();
            await near.ReadGoodbyeAsync();
        });
        PeerConnection connection = await _node.DialAsync(id, listener.Port);
        Assert.Equal(id, connection.RemoteId);
        await connection.DisposeAsync();
        await answering.Within();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("h2")]
    public async Task An_acceptor_without_the_alpn_is_no_peer(string? alpn)
    {
        using var listener = new HostileListener();
        using X509Certificate2 certificate = TestCertificates.Make();
        Task answering = Task.Run(async () =>
        {
            try
            {
                using HostilePeer near = await HostilePeer.AnswerAsync(await listener.AcceptAsync(), certificate, alpn);
                Assert.Empty(await ReadToEndAsync(near));
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // No common name, so there was no session.
            }
        });

        var failure = await Assert.ThrowsAsync<PeerShareException>(
            () => _node.DialAsync(NodeId.FromCertificate(certificate), listener.Port));

        Assert.Equal(PeerError.NotPeerShare, failure.Error);
        await answering.Within();
    }

    [NeedsFact("openssl")]
    public async Task A_session_that_somebody_wants_to_resume_is_made_anew()
    {
        using var temp = new TempFolder();
        using X509Certificate2 certificate = TestCertificates.Make();
        File.WriteAllText(temp["pem"], certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportECPrivateKeyPem());
        // Garbage, upon which the node hangs up: by then all that it sends of its own accord has been read.
        const string Garbage = "no frame begins like this";
        string dial = $"s_client -ign_eof -connect 127.0.0.1:{_node.Port} -tls1_3 -alpn {Alpn.Main} -cert {temp["pem"]} -key {temp["pem"]}";

        string first = await Tool.RunAsync("openssl", $"{dial} -sess_out {temp["session"]}", Garbage);

        Assert.Contains("New, TLSv1.3", first, StringComparison.Ordinal);
        string again = File.Exists(temp["session"]) ? await Tool.RunAsync("openssl", $"{dial} -sess_in {temp["session"]}", Garbage) : first;
        Assert.Contains("New, TLSv1.3", again, StringComparison.Ordinal);
        Assert.DoesNotContain("Reused", again, StringComparison.Ordinal);
    }

    private static async Task<byte[]> ReadToEndAsync(HostilePeer peer)
    {
        using var heard = new MemoryStream();
        try
        {
            await peer.Tls.CopyToAsync(heard).Within();
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Hung up on.
        }

        return heard.ToArray();
    }
}
