using System.Collections.Concurrent;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

/// <summary>Who gets past the handshake, in both roles.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly BareNode _node = new(Answers.Everything);
    private readonly ConcurrentQueue<NodeId> _asked = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _node.DisposeAsync().AsTask();

    [Fact]
    public async Task A_caller_without_a_certificate_is_refused_and_never_asked_about()
    {
        RememberWhoIsAskedAbout();

        Assert.Null(await CallAsync(certificate: null));

        Assert.Empty(_asked);
        Assert.Empty(_node.Listener.Connections);
    }

    [Fact]
    public async Task A_caller_that_offers_no_alpn_is_refused()
    {
        RememberWhoIsAskedAbout();
        using X509Certificate2 certificate = TestCertificates.Make();

        Assert.Null(await CallAsync(certificate, alpn: null));

        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_caller_with_another_alpn_is_refused()
    {
        using X509Certificate2 certificate = TestCertificates.Make();

        await Assert.ThrowsAsync<AuthenticationException>(() => CallAsync(certificate, alpn: "h2"));
    }

    [Fact]
    public async Task A_caller_with_tls_1_2_is_refused()
    {
        using X509Certificate2 certificate = TestCertificates.Make();

        await Assert.ThrowsAnyAsync<Exception>(() => CallAsync(certificate, protocols: SslProtocols.Tls12));
        Assert.Empty(_node.Listener.Connections);
    }

    [Fact]
    public async Task A_stranger_learns_that_it_is_not_trusted_and_nothing_else()
    {
        _node.Authorise = (_, _) => AcceptVerdict.NotTrusted;
        using X509Certificate2 certificate = TestCertificates.Make();
        using HostilePeer stranger = await HostilePeer.DialAsync(_node.Port, certificate);
        await stranger.SendAsync(FrameType.Hello, HostilePeer.MakeHello());
        await stranger.SendAsync(FrameType.Search, new SearchRequest(), 1, last: true);

        (FrameHeader header, byte[] payload) = (await stranger.ReceiveAsync())!.Value;

        Assert.Equal(FrameType.GoingAway, header.Type);
        Assert.Equal((uint)CloseReason.NotTrusted, GoingAway.Parser.ParseFrom(payload).Reason);
        Assert.Null(await stranger.ReceiveAsync());
        Assert.Empty(_node.Listener.Connections);
    }

    [Theory]
    [InlineData(-20, -10)]
    [InlineData(10, 20)]
    public async Task The_dates_of_a_certificate_mean_nothing(int from, int to)
    {
        using X509Certificate2 certificate = TestCertificates.Make(DateTimeOffset.UtcNow.AddYears(from), DateTimeOffset.UtcNow.AddYears(to));
        RememberWhoIsAskedAbout();
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, certificate);

        await peer.GreetAsync();

        Assert.Equal([NodeId.FromCertificate(certificate)], _asked.Distinct());
    }

    [Fact]
    public async Task The_id_is_the_hash_of_the_whole_certificate_whatever_its_key()
    {
        using X509Certificate2 certificate = TestCertificates.MakeRsa();
        RememberWhoIsAskedAbout();
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, certificate);
        await peer.GreetAsync();

        Assert.Equal(System.Security.Cryptography.SHA256.HashData(certificate.RawData), _asked.First().ToArray());
    }

    [Fact]
    public async Task Sessions_are_never_resumed()
    {
        var other = new BareNode();
        await using (other)
        {
            for (int i = 0; i < 4; i++)
            {
                (PeerConnection near, PeerConnection far) = await other.ConnectAsync(_node);
                Assert.Equal(_node.Identity.Id, near.RemoteId);
                Assert.Equal(other.Identity.Id, far.RemoteId);
                await near.DisposeAsync();
            }
        }
        Assert.False(TlsOptions.ForServer(System.Net.Security.SslStreamCertificateContext.Create(_node.Identity.Certificate, null)).AllowTlsResume);
        Assert.False(TlsOptions.ForClient(System.Net.Security.SslStreamCertificateContext.Create(_node.Identity.Certificate, null), Alpn.Main).AllowTlsResume);
    }

    [Fact]
    public async Task The_pairing_protocol_is_for_strangers_and_its_connections_are_not_listed()
    {
        var alpns = new List<string>();
        _node.Authorise = (_, alpn) =>
        {
            alpns.Add(alpn);
            return alpn == Alpn.Pair ? AcceptVerdict.Accepted : AcceptVerdict.NotTrusted;
        };
        _node.Handler = async (stream, opening, cancellationToken) =>
        {
            Assert.Equal(FrameType.TicketProof, opening.Type);
            await stream.SendAsync(FrameType.TicketAccepted, new TicketAccepted { Allow = 3 }, last: true, cancellationToken);
        };
        await using var other = new BareNode();
        PeerConnection connection = await other.DialAsync(_node, Alpn.Pair);
        await using PeerStream stream = connection.OpenStream(FrameType.TicketProof, new TicketProof(), last: true);

        using InboundFrame? answer = await stream.ReceiveAsync().Within();

        Assert.Equal(3u, answer!.Parse(TicketAccepted.Parser).Allow);
        Assert.Empty(_node.Listener.Connections);
        Assert.Equal(1, _node.Listener.Strangers);
        Assert.All(alpns, alpn => Assert.Equal(Alpn.Pair, alpn));
        Assert.Throws<ArgumentException>(() => connection.OpenStream(FrameType.Search, new SearchRequest(), last: true));
    }

    [Fact]
    public async Task Trust_withdrawn_while_the_handshake_runs_is_noticed_before_the_first_stream()
    {
        int asked = 0;
        _node.Authorise = (_, _) => Interlocked.Increment(ref asked) == 1 ? AcceptVerdict.Accepted : AcceptVerdict.NotTrusted;
        await using var other = new BareNode();

        PeerConnection connection = await other.DialAsync(_node);

        Assert.Equal(CloseReason.TrustRevoked, (await connection.Closed.Within()).Reason);
    }

    [Fact]
    public void A_null_certificate_is_refused_by_the_callback_too()
    {
        var context = System.Net.Security.SslStreamCertificateContext.Create(_node.Identity.Certificate, null);

        Assert.False(TlsOptions.ForServer(context).RemoteCertificateValidationCallback!(this, null, null, default));
        Assert.False(TlsOptions.ForClient(context, Alpn.Main).RemoteCertificateValidationCallback!(this, null, null, default));
    }

    [Fact]
    public async Task A_server_that_does_not_ask_for_a_certificate_is_no_peer()
    {
        using var listener = new HostileListener();
        using X509Certificate2 certificate = TestCertificates.Make();
        Task<HostilePeer> answering = Task.Run(async () => await HostilePeer.AnswerAsync(
            await listener.AcceptAsync(), certificate, asksForCertificate: false));

        var failure = await Assert.ThrowsAsync<PeerShareException>(
            () => _node.DialAsync(NodeId.FromCertificate(certificate), listener.Port));

        Assert.Equal(PeerError.NotPeerShare, failure.Error);
        (await answering.Within()).Dispose();
    }

    private void RememberWhoIsAskedAbout() => _node.Authorise = (id, _) =>
    {
        _asked.Enqueue(id);
        return AcceptVerdict.Accepted;
    };

    private async Task<CloseReason?> CallAsync(
        X509Certificate2? certificate, string? alpn = Alpn.Main, SslProtocols protocols = SslProtocols.Tls13)
    {
        using HostilePeer peer = await HostilePeer.DialAsync(_node.Port, certificate, alpn, protocols);
        try
        {
            await peer.SendAsync(FrameType.Hello, HostilePeer.MakeHello());
        }
        catch (IOException)
        {
            return null;
        }
        return await peer.ReadGoodbyeAsync();
    }
}
