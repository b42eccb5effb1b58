using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>T2: strangers before a node that shows a code, and nodes that pretend to show one.</summary>
public sealed class PairingAttackTests : IAsyncLifetime
{
    private readonly TestNode _server = new();
    private readonly List<HostileClient> _clients = [];
    private int _port;
    private NodeId _id;
    private string _code = "";

    public async Task InitializeAsync()
    {
        ServerInfo server = await _server.StartAsync();
        (_port, _id) = (server.Port, server.NodeId);
        _code = (await _server.Node.CreateCodeAsync(new TicketOptions(), TestNode.Patience)).Code!;
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_lost_last_message_is_completed_by_the_same_node_and_by_nobody_else()
    {
        HostileClient client = await ConnectAsync();
        PairingScript script = PairingScript.Dialler(client, _id, _code);
        Assert.Null(await script.RunToAnswerAsync());
        await script.SayAsync(PairingSteps.DiallerConfirms, script.Exchange.Confirm());
        await Waiting.UntilAsync(() => _server.Node.GetPeers().Count == 1);
        client.Peer.Dispose();

        // Rights that were taken away meanwhile do not come back with the second run.
        await _server.Node.SetPeerAsync(client.Id, new PeerChange { Allow = PeerRights.Browse }, TestNode.Patience);
        HostileClient thief = await ConnectAsync();
        Assert.Equal(WireError.NotFound, await PairingScript.Dialler(thief, _id, _code).RunToAnswerAsync());
        await client.ConnectAsync(Alpn.Pair);
        script = PairingScript.Dialler(client, _id, _code);
        Assert.Null(await script.RunToAnswerAsync());
        await script.SayAsync(PairingSteps.DiallerConfirms, script.Exchange.Confirm());

        PairStep answer = (await script.HearAsync()).Step!;
        Assert.True(script.Exchange.Verify(answer.Values[0].Span));
        Assert.Equal((client.Id, PeerRights.Browse), (Assert.Single(_server.Node.GetPeers()).NodeId, _server.Node.GetPeers()[0].Allow));
    }

    [Theory]
    [InlineData(PairingSteps.DiallerFirst, false)]
    [InlineData(PairingSteps.DiallerSecond, true)]
    public async Task Cut_after_a_step_nobody_is_let_in_and_only_an_answered_attempt_burns_the_code(int step, bool isBurnt)
    {
        HostileClient client = await ConnectAsync();
        PairingScript script = PairingScript.Dialler(client, _id, _code);
        if (step == PairingSteps.DiallerFirst)
        {
            await script.SayAsync(step, script.Exchange.First());
            Assert.NotNull((await script.HearAsync()).Step);
        }
        else
        {
            Assert.Null(await script.RunToAnswerAsync());
        }

        client.Peer.Dispose();

        HostileClient next = await ConnectAsync();
        WireError? answer = await PairingScript.Dialler(next, _id, _code).RunToAnswerAsync();
        Assert.Equal(isBurnt ? WireError.NotFound : null, answer);
        Assert.Empty(_server.Node.GetPeers());
    }

    [Fact]
    public async Task Of_those_that_run_at_once_one_gets_an_answer()
    {
        HostileClient[] racers = await Task.WhenAll(Enumerable.Range(0, Limits.PairingStarts).Select(_ => ConnectAsync()));

        WireError?[] outcomes = await Task.WhenAll(racers.Select(racer => PairingScript.Dialler(racer, _id, _code).RunToAnswerAsync()));

        Assert.Single(outcomes, outcome => outcome is null);
        Assert.All(outcomes.OfType<WireError>(), error => Assert.Equal(WireError.NotFound, error));
    }

    [Fact]
    public async Task Values_of_another_connection_are_refused_and_cost_the_code_nothing()
    {
        HostileClient victim = await ConnectAsync();
        byte[][] overheard = PairingScript.Dialler(victim, _id, _code).Exchange.First();
        HostileClient thief = await ConnectAsync();
        PairingScript script = PairingScript.Dialler(thief, _id, _code);

        await script.SayAsync(PairingSteps.DiallerFirst, overheard);

        Assert.Equal(WireError.BadRequest, (await script.HearAsync()).Error);
        Assert.Null(await PairingScript.Dialler(victim, _id, _code).RunToAnswerAsync());
    }

    [Fact]
    public async Task A_wrong_confirmation_is_refused_and_burns_the_code()
    {
        HostileClient client = await ConnectAsync();
        PairingScript script = PairingScript.Dialler(client, _id, _code);
        Assert.Null(await script.RunToAnswerAsync());

        await script.SayAsync(PairingSteps.DiallerConfirms, new byte[32]);

        Assert.Equal(WireError.Refused, (await script.HearAsync()).Error);
        Assert.Equal(WireError.NotFound, await PairingScript.Dialler(await ConnectAsync(), _id, _code).RunToAnswerAsync());
        Assert.Empty(_server.Node.GetPeers());
    }

    [Theory]
    [InlineData(PairingSteps.AcceptorFirst)]
    [InlineData(PairingSteps.DiallerSecond)]
    [InlineData(PairingSteps.DiallerConfirms)]
    [InlineData(99)]
    public async Task A_run_begins_with_its_first_step(int step)
    {
        HostileClient client = await ConnectAsync();
        PairingScript script = PairingScript.Dialler(client, _id, _code);

        await script.SayAsync(step, script.Exchange.First());

        Assert.Equal(WireError.NotFound, (await script.HearAsync()).Error);
    }

    [Fact]
    public async Task When_the_answer_is_lost_the_typist_tries_again_by_itself()
    {
        int calls = 0;
        await using HostileServer shower = Shower((server, peer) => AnswerAsync(server, peer, Interlocked.Increment(ref calls) > 1));

        AddedPeer added = await _server.Node.AddPeerByCodeAsync(_code, new AddPeerOptions { Addresses = [shower.Address] }, TestNode.Patience);

        Assert.Equal((shower.Id, 2), (added.Peer.NodeId, calls));

        async Task AnswerAsync(NodeId server, HostilePeer peer, bool isHeard)
        {
            PairingScript script = PairingScript.Acceptor(peer, _id, server, _code);
            PairStep confirmed = await script.AnswerToConfirmationAsync();
            Assert.True(script.Exchange.Verify(confirmed.Values[0].Span));
            if (!isHeard)
            {
                peer.Dispose();
                return;
            }

            await script.SayAsync(PairingSteps.AcceptorConfirms, script.Exchange.Confirm());
        }
    }

    [Theory]
    [InlineData(PairingSteps.DiallerFirst, PeerError.ConnectionLost)]
    [InlineData(PairingSteps.DiallerSecond, PeerError.ConnectionLost)]
    [InlineData(PairingSteps.DiallerConfirms, PeerError.PairingUnfinished)]
    public async Task A_node_that_hangs_up_after_a_step_is_not_trusted(int step, PeerError expected)
    {
        int calls = 0;
        await using HostileServer shower = Shower(async (server, peer) =>
        {
            calls++;
            PairingScript script = PairingScript.Acceptor(peer, _id, server, _code);
            if (step == PairingSteps.DiallerConfirms)
            {
                await script.AnswerToConfirmationAsync();
            }
            else
            {
                (PairStep? first, _) = await script.HearAsync();
                byte[][] own = script.Exchange.First();
                if (step == PairingSteps.DiallerSecond)
                {
                    Assert.True(script.Exchange.TakeFirst(PairingSteps.ValuesOf(first!)));
                    await script.SayAsync(PairingSteps.AcceptorFirst, own);
                    await script.HearAsync();
                }
            }

            peer.Dispose();
        });

        PairingFailure(expected, await TypeAsync(shower));

        // Only where the other side may have accepted it is worth trying again.
        Assert.Equal(step == PairingSteps.DiallerConfirms ? 4 : 1, calls);
    }

    [Fact]
    public async Task A_code_that_is_typed_to_somebody_in_between_lets_nobody_in_and_is_not_used_up()
    {
        using System.Security.Cryptography.X509Certificates.X509Certificate2 certificate = TestCertificates.Make();
        await using TestNode typist = new();
        int passed = 0;
        Hello hello = HostilePeer.MakeHello();
        hello.Capabilities.Add(PairingSteps.TrustCapability);
        await using HostileServer middle = new(
            async near =>
            {
                // With a certificate to either side, and every frame passed on as it is.
                using HostilePeer far = await HostilePeer.DialAsync(_port, certificate, Alpn.Pair);
                await far.GreetAsync();
                Task back = PassAsync(far, near);
                await PassAsync(near, far);
                await back;
            },
            hello,
            Alpn.Pair);

        PeerShareException failure = await Assert.ThrowsAsync<PeerShareException>(
            () => typist.Node.AddPeerByCodeAsync(_code, new AddPeerOptions { Addresses = [middle.Address] }, TestNode.Patience));

        Assert.Equal(PeerError.ProtocolViolation, failure.Error);
        Assert.True(passed > 0);
        Assert.Empty(_server.Node.GetPeers());
        Assert.Empty(typist.Node.GetPeers());
        await typist.Node.AddPeerByCodeAsync(_code, new AddPeerOptions { Addresses = [$"127.0.0.1:{_port}"] }, TestNode.Patience);

        async Task PassAsync(HostilePeer from, HostilePeer to)
        {
            while (await from.ReceiveAsync() is { } frame)
            {
                Interlocked.Increment(ref passed);
                await to.SendAsync(frame.Header.Type, frame.Payload, frame.Header.StreamId, frame.Header.IsLast);
            }

            to.Dispose();
        }
    }

    [Fact]
    public async Task A_node_that_does_not_know_the_code_is_not_trusted_whatever_it_says()
    {
        await using HostileServer shower = Shower(async (server, peer) =>
        {
            PairingScript script = PairingScript.Acceptor(peer, _id, server, PairingCode.Create().Reveal());
            PairStep confirmed = await script.AnswerToConfirmationAsync();
            await script.SayAsync(PairingSteps.AcceptorConfirms, confirmed.Values[0].ToByteArray());
        });

        PairingFailure(PeerError.ProtocolViolation, await TypeAsync(shower));
    }

    [Fact]
    public async Task A_node_that_does_not_say_that_it_waits_gets_nothing_of_a_code()
    {
        bool isAsked = false;
        await using HostileServer server = new(
            async peer =>
            {
                await peer.UntilAsync(FrameType.PairStep);
                isAsked = true;
            },
            alpn: Alpn.Pair);

        PairingFailure(PeerError.PairingNotOpen, await TypeAsync(server));
        Assert.False(isAsked);
    }

    private static HostileServer Shower(Func<NodeId, HostilePeer, Task> script)
    {
        Hello hello = HostilePeer.MakeHello();
        hello.Capabilities.Add(PairingSteps.TrustCapability);
        HostileServer? server = null;
        server = new HostileServer(peer => script(server!.Id, peer), hello, Alpn.Pair);
        return server;
    }

    private Task<PeerShareException> TypeAsync(HostileServer server) => Assert.ThrowsAsync<PeerShareException>(
        () => _server.Node.AddPeerByCodeAsync(_code, new AddPeerOptions { Addresses = [server.Address] }, TestNode.Patience));

    private void PairingFailure(PeerError error, PeerShareException failure)
    {
        Assert.Equal(error, failure.Error);
        Assert.Empty(_server.Node.GetPeers());
    }

    private async Task<HostileClient> ConnectAsync()
    {
        HostileClient client = new(_port);
        lock (_clients)
        {
            _clients.Add(client);
        }

        await client.ConnectAsync(Alpn.Pair);
        return client;
    }
}
