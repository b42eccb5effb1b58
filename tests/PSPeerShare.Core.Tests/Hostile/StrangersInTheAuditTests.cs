using System.Security.Cryptography;
using Google.Protobuf;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>Strangers cost a line each only as long as there are few of them; what they got away with always has one.</summary>
public sealed class StrangersInTheAuditTests : IAsyncLifetime
{
    private readonly TestNode _server = new();
    private readonly List<HostileClient> _clients = [];
    private int _port;
    private NodeId _id;

    public async Task InitializeAsync()
    {
        ServerInfo server = await _server.StartAsync();
        (_port, _id) = (server.Port, server.NodeId);
    }

    public async Task DisposeAsync()
    {
        _clients.ForEach(client => client.Dispose());
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Refused_proofs_are_summed_up_over_all_ids_and_an_accepted_one_stands_beside_them()
    {
        const int Guesses = 40;
        TicketText ticket = TicketText.Parse(
            (await _server.Node.NewTicketAsync(new TicketOptions(), TestNode.Patience)).Ticket, DateTimeOffset.UtcNow);
        for (int i = 0; i < Guesses; i++)
        {
            Assert.Equal(WireError.Refused, await ProveAsync(RandomNumberGenerator.GetBytes(16), _ => RandomNumberGenerator.GetBytes(32)));
        }

        Assert.Null(await ProveAsync(ticket.TicketId, context => ticket.DeriveKey().Prove(ProofRole.Dialler, context)));
        await _server.Node.DisposeAsync();

        string[] redeems = [.. AuditFiles.Lines(_server.Home).Where(line => line.Contains("\"redeem\"", StringComparison.Ordinal))];
        Assert.Equal(RefusalTally.InFull + 2, redeems.Length);
        Assert.Contains(redeems, line => line.Contains($"{Guesses - RefusalTally.InFull} more refusals", StringComparison.Ordinal));
        string accepted = Assert.Single(redeems, line => line.Contains("accepted", StringComparison.Ordinal));
        Assert.Contains(_clients[^1].Id.ToString(), accepted, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_burns_a_code_and_hangs_up_stands_in_the_audit()
    {
        string code = (await _server.Node.CreateCodeAsync(new TicketOptions(), TestNode.Patience)).Code!;
        HostileClient guesser = Connect();
        await guesser.ConnectAsync(Alpn.Pair);
        Assert.Null(await PairingScript.Dialler(guesser, _id, PairingCode.Create().Reveal()).RunToAnswerAsync());
        guesser.Peer.Dispose();

        await Waiting.UntilAsync(() => AuditFiles.Lines(_server.Home).Any(
            line => line.Contains("burnt", StringComparison.Ordinal) && line.Contains(guesser.Id.ToString(), StringComparison.Ordinal)));
        Assert.DoesNotContain(AuditFiles.Lines(_server.Home), line => line.Contains(code, StringComparison.Ordinal));
    }

    private async Task<WireError?> ProveAsync(byte[] ticketId, Func<ProofContext, byte[]> prove)
    {
        HostileClient client = Connect();
        HostilePeer peer = await client.ConnectAsync(Alpn.Pair);
        ProofContext context = new(client.Id, _id, peer.Said!.Nonce.ToByteArray(), peer.Greeted!.Nonce.ToByteArray());
        WireError? answer = HostileClient.CodeOf((await client.AskAsync(FrameType.TicketProof, new TicketProof
        {
            TicketId = ByteString.CopyFrom(ticketId), Proof = ByteString.CopyFrom(prove(context)), NodeName = "x",
        }))[^1]);
        peer.Dispose();
        return answer;
    }

    private HostileClient Connect()
    {
        HostileClient client = new(_port);
        _clients.Add(client);
        return client;
    }
}
