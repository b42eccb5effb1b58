using Google.Protobuf;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>T2: strangers before the door of a node that has an open ticket of one use.</summary>
public sealed class TicketAttackTests : IAsyncLifetime
{
    private readonly TestNode _server = new();
    private int _port;
    private NodeId _issuer;
    private TicketInfo _info = null!;
    private TicketText _ticket = null!;

    public async Task InitializeAsync()
    {
        _server.Write("docs/open.txt", "open"u8.ToArray());
        ServerInfo server = await _server.StartAsync(_server["docs"]);
        (_port, _issuer) = (server.Port, server.NodeId);
        _info = await _server.Node.NewTicketAsync(new TicketOptions(), TestNode.Patience);
        _ticket = TicketText.Parse(_info.Ticket, DateTimeOffset.UtcNow);
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Whoever_holds_the_ticket_is_let_in_once_and_keeps_what_it_grants()
    {
        using HostileClient holder = await ConnectAsync();

        (FrameHeader Header, byte[] Payload) answer = await ProveAsync(holder, Proof(holder));

        Assert.Equal(FrameType.TicketAccepted, answer.Header.Type);
        TicketAccepted accepted = TicketAccepted.Parser.ParseFrom(answer.Payload);
        Assert.True(_ticket.DeriveKey().Verify(ProofRole.Acceptor, ContextOf(holder), accepted.Proof.Span));
        using HostileClient second = await ConnectAsync();
        Assert.Equal(WireError.Refused, HostileClient.CodeOf(await ProveAsync(second, Proof(second))));
        Assert.Equal(holder.Id, Assert.Single(_server.Node.GetPeers()).NodeId);
    }

    public static TheoryData<string> Forgeries => [.. s_forgeries.Keys];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_proof_is_refused_ends_its_connection_and_costs_the_ticket_nothing(string forgery)
    {
        using HostileClient forger = await ConnectAsync();

        TicketProof proof = s_forgeries[forgery](this, forger);

        Assert.Equal(WireError.Refused, HostileClient.CodeOf(await ProveAsync(forger, proof)));
        Assert.Equal(CloseReason.Normal, await forger.Peer.ReadGoodbyeAsync());
        Assert.Empty(_server.Node.GetPeers());
        Assert.Equal((TicketState.Open, 1), (_server.Node.GetTickets()[0].State, _server.Node.GetTickets()[0].UsesLeft));
    }

    private static readonly Dictionary<string, Func<TicketAttackTests, HostileClient, TicketProof>> s_forgeries = new()
    {
        ["another secret"] = (test, client) => test.Proof(client, TicketKey.FromSecret(new byte[32])),
        ["the issuer's own role"] = (test, client) => test.Proof(client, role: ProofRole.Acceptor),
        ["swapped nonces"] = (test, client) =>
        {
            ProofContext context = test.ContextOf(client);
            return test.Proof(client, context: context with { DiallerNonce = context.AcceptorNonce, AcceptorNonce = context.DiallerNonce });
        },
        ["swapped nodes"] = (test, client) =>
        {
            ProofContext context = test.ContextOf(client);
            return test.Proof(client, context: context with { Dialler = context.Acceptor, Acceptor = context.Dialler });
        },
        ["the nonce of another connection"] = (test, client) =>
            test.Proof(client, context: test.ContextOf(client) with { AcceptorNonce = new byte[32] }),
        ["a proof for another node"] = (test, client) =>
            test.Proof(client, context: test.ContextOf(client) with { Acceptor = client.Id }),
        ["a proof cut short"] = (test, client) => Altered(test.Proof(client), proof => proof[..31]),
        ["a proof with a byte more"] = (test, client) => Altered(test.Proof(client), proof => [.. proof, 0]),
        ["a proof with another bit"] = (test, client) => Altered(test.Proof(client), proof => [(byte)(proof[0] ^ 1), .. proof[1..]]),
        ["an empty proof"] = (test, client) => Altered(test.Proof(client), _ => []),
        ["an empty message"] = (_, _) => new TicketProof(),
        ["an unknown ticket"] = (test, client) => new TicketProof(test.Proof(client)) { TicketId = ByteString.CopyFrom(new byte[16]) },
        ["a ticket id cut short"] = (test, client) => new TicketProof(test.Proof(client)) { TicketId = ByteString.CopyFrom(test._ticket.TicketId[..15]) },
        ["a ticket id of a kilobyte"] = (test, client) => new TicketProof(test.Proof(client)) { TicketId = ByteString.CopyFrom(new byte[1024]) },
    };

    [Fact]
    public async Task A_proof_that_was_overheard_is_worth_nothing_to_another_node_or_on_another_connection()
    {
        using HostileClient victim = await ConnectAsync();
        TicketProof overheard = Proof(victim);
        using HostileClient thief = await ConnectAsync();
        Assert.Equal(WireError.Refused, HostileClient.CodeOf(await ProveAsync(thief, overheard)));

        await victim.ConnectAsync(Alpn.Pair);
        Assert.Equal(WireError.Refused, HostileClient.CodeOf(await ProveAsync(victim, overheard)));

        await victim.ConnectAsync(Alpn.Pair);
        Assert.Equal(FrameType.TicketAccepted, (await ProveAsync(victim, Proof(victim))).Header.Type);
    }

    [Fact]
    public async Task Guessing_gets_one_attempt_a_connection()
    {
        using HostileClient guesser = await ConnectAsync();
        Assert.Equal(WireError.Refused, HostileClient.CodeOf(await ProveAsync(guesser, new TicketProof())));

        List<WireError?> more = [];
        try
        {
            for (int i = 0; i < 20; i++)
            {
                more.Add(HostileClient.CodeOf(await ProveAsync(guesser, Proof(guesser))));
            }
        }
        catch (IOException)
        {
            // Shown the door.
        }

        Assert.DoesNotContain(null, more);
        Assert.Empty(_server.Node.GetPeers());
    }

    [Fact]
    public async Task Of_thirty_that_race_for_the_last_use_one_wins()
    {
        HostileClient[] racers = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => ConnectAsync()));
        try
        {
            (FrameHeader Header, byte[] Payload)[] answers = await Task.WhenAll(racers.Select(racer => ProveAsync(racer, Proof(racer))));

            Assert.Single(answers, answer => answer.Header.Type == FrameType.TicketAccepted);
            Assert.Equal(29, answers.Count(answer => HostileClient.CodeOf(answer) == WireError.Refused));
            Assert.Single(_server.Node.GetPeers());
            Assert.Equal(TicketState.Used, _server.Node.GetTickets()[0].State);
        }
        finally
        {
            Array.ForEach(racers, racer => racer.Dispose());
        }
    }

    [Fact]
    public async Task Who_proves_again_and_again_while_it_is_removed_is_removed_all_the_same()
    {
        const int AtOnce = 20;
        using HostileClient holder = await ConnectAsync();
        TicketProof proof = Proof(holder);
        Assert.Equal(FrameType.TicketAccepted, (await ProveAsync(holder, proof)).Header.Type);
        Task proving = Task.Run(async () =>
        {
            try
            {
                for (int round = 0; round < 5; round++)
                {
                    for (int i = 0; i < AtOnce; i++)
                    {
                        await holder.OpenAsync(FrameType.TicketProof, proof, last: true);
                    }

                    for (int answers = 0; answers < AtOnce;)
                    {
                        (FrameHeader header, _) = (await holder.Peer.ReceiveAsync())!.Value;
                        answers += header.Type is FrameType.Error or FrameType.TicketAccepted ? 1 : 0;
                    }
                }
            }
            catch (Exception e) when (e is IOException or InvalidOperationException)
            {
                // Shown the door.
            }
        });

        await _server.Node.RemovePeerAsync(holder.Id, TestNode.Patience);

        await proving.Within();
        Assert.Empty(_server.Node.GetPeers());
    }

    [Fact]
    public async Task An_issuer_that_does_not_know_the_secret_is_not_trusted()
    {
        byte[] secret = new byte[32];
        List<(string Lie, TicketAccepted Answer)> lies = [];
        lies.Add(("nothing", new TicketAccepted()));
        lies.Add(("32 bytes", new TicketAccepted { Proof = ByteString.CopyFrom(new byte[32]), Allow = 7, NodeName = "issuer" }));
        foreach ((string lie, TicketAccepted answer) in lies)
        {
            await using TestNode redeemer = new();
            await using HostileServer server = new(
                async peer =>
                {
                    (FrameHeader header, _) = await peer.UntilAsync(FrameType.TicketProof);
                    await peer.SendAsync(FrameType.TicketAccepted, answer, header.StreamId, last: true);
                },
                alpn: Alpn.Pair);

            PeerShareException failure = await RedeemAsync(redeemer, server, secret);

            Assert.Equal((lie, PeerError.ProtocolViolation), (lie, failure.Error));
            Assert.Empty(redeemer.Node.GetPeers());
        }
    }

    [Fact]
    public async Task An_issuer_that_reflects_the_proof_is_not_trusted()
    {
        await using TestNode redeemer = new();
        await using HostileServer server = new(
            async peer =>
            {
                (FrameHeader header, byte[] payload) = await peer.UntilAsync(FrameType.TicketProof);
                ByteString proof = TicketProof.Parser.ParseFrom(payload).Proof;
                await peer.SendAsync(FrameType.TicketAccepted, new TicketAccepted { Proof = proof }, header.StreamId, last: true);
            },
            alpn: Alpn.Pair);

        PeerShareException failure = await RedeemAsync(redeemer, server, new byte[32]);

        Assert.Equal(PeerError.ProtocolViolation, failure.Error);
        Assert.Empty(redeemer.Node.GetPeers());
    }

    private static async Task<PeerShareException> RedeemAsync(TestNode redeemer, HostileServer server, byte[] secret)
    {
        TicketText ticket = new()
        {
            TicketId = new byte[16],
            Secret = secret,
            Issuer = server.Id,
            Allow = PeerRights.Read,
            Uses = 1,
            Expires = DateTimeOffset.UtcNow.AddHours(1),
            Addresses = [server.Address],
        };
        return await Assert.ThrowsAsync<PeerShareException>(
            () => redeemer.Node.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Format() }, TestNode.Patience));
    }

    private static TicketProof Altered(TicketProof proof, Func<byte[], byte[]> change) =>
        new(proof) { Proof = ByteString.CopyFrom(change(proof.Proof.ToByteArray())) };

    private async Task<HostileClient> ConnectAsync()
    {
        HostileClient client = new(_port);
        await client.ConnectAsync(Alpn.Pair);
        return client;
    }

    private ProofContext ContextOf(HostileClient client) =>
        new(client.Id, _issuer, client.Peer.Said!.Nonce.ToByteArray(), client.Peer.Greeted!.Nonce.ToByteArray());

    private TicketProof Proof(HostileClient client, TicketKey? key = null, ProofRole role = ProofRole.Dialler, ProofContext? context = null) => new()
    {
        TicketId = ByteString.CopyFrom(_ticket.TicketId),
        Proof = ByteString.CopyFrom((key ?? _ticket.DeriveKey()).Prove(role, context ?? ContextOf(client))),
        NodeName = "racer",
    };

    private static async Task<(FrameHeader Header, byte[] Payload)> ProveAsync(HostileClient client, TicketProof proof) =>
        (await client.AskAsync(FrameType.TicketProof, proof))[0];
}
