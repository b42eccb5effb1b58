using System.Net;
using Google.Protobuf;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>Strangers at a hand-over, a receiver that wants more than it was given, and a sender that looks around.</summary>
public sealed class HandOverAttackTests : IAsyncLifetime
{
    private readonly TestNode _sender = new();
    private PeerNodeHandOver _offer = null!;
    private HostileClient _client = null!;

    private NodeId SenderId => _sender.Node.GetIdentity().NodeId;

    public async Task InitializeAsync()
    {
        _sender.Write("out/one.txt", "one"u8.ToArray());
        _sender.Write("out/secret.txt", "secret"u8.ToArray());
        _sender.Write("shared/other.txt", "other"u8.ToArray());
        await _sender.StartAsync(_sender.Folder("inbox"), [_sender["shared"]]);
        _offer = _sender.Node.OfferFiles([_sender["out", "one.txt"]], 0, [IPAddress.Loopback]);
        _client = new HostileClient(_offer.Port);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _offer.DisposeAsync();
        await _sender.DisposeAsync();
    }

    [Fact]
    public async Task Without_the_code_the_door_to_the_files_stays_shut_also_for_a_trusted_peer()
    {
        await _sender.Node.AddPeerAsync(new AddPeerOptions { NodeId = _client.Id, Name = "friend" }, TestNode.Patience);

        using HostilePeer peer = await HostilePeer.DialAsync(_offer.Port, _client.Certificate);
        await peer.SendAsync(FrameType.Hello, HostilePeer.MakeHello());

        Assert.Equal(CloseReason.NotTrusted, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task A_ticket_of_the_home_is_nothing_to_a_hand_over()
    {
        TicketInfo ticket = await _sender.Node.NewTicketAsync(new TicketOptions(), TestNode.Patience);
        TicketText text = TicketText.Parse(ticket.Ticket, DateTimeOffset.UtcNow);
        HostilePeer peer = await _client.ConnectAsync(Alpn.Pair);
        ProofContext context = new(_client.Id, SenderId, peer.Said!.Nonce.ToByteArray(), peer.Greeted!.Nonce.ToByteArray());

        WireError? answer = HostileClient.CodeOf((await _client.AskAsync(FrameType.TicketProof, new TicketProof
        {
            TicketId = ByteString.CopyFrom(text.TicketId),
            Proof = ByteString.CopyFrom(text.DeriveKey().Prove(ProofRole.Dialler, context)),
        }))[^1]);

        Assert.Equal(WireError.Refused, answer);
        Assert.Equal(TicketState.Open, _sender.Node.GetTickets()[0].State);
    }

    [Fact]
    public async Task Whoever_has_proved_the_code_gets_these_files_and_no_other_name_or_operation()
    {
        await ProveAsync();

        Assert.Equal(
            [WireError.None, WireError.NotFound, WireError.NotFound, WireError.NotFound, WireError.NotFound],
            await _client.FetchAsync(
                HostileTalk.Wire("one.txt"), HostileTalk.Wire("secret.txt"), HostileTalk.Wire("one.txt", "..", "secret.txt"),
                HostileTalk.Wire("shared", "other.txt"), HostileTalk.Wire("out", "one.txt")));
        foreach ((FrameType opening, IMessage message) in ((FrameType, IMessage)[])
            [
                (FrameType.Push, new PushRequest()), (FrameType.WhoHas, new WhoHasRequest()), (FrameType.Subscribe, new SubscribeRequest()),
                (FrameType.Control, new ControlRequest { Status = new ControlStatus() }),
            ])
        {
            Assert.Equal(WireError.Refused, HostileClient.CodeOf((await _client.AskAsync(opening, message))[^1]));
        }

        List<(FrameHeader Header, byte[] Payload)> listed = await _client.AskAsync(FrameType.Search, new SearchRequest { Filter = new EntryFilter() });
        Assert.Equal(
            ["one.txt"],
            listed.Where(frame => frame.Header.Type == FrameType.Entries)
                .SelectMany(frame => Entries.Parser.ParseFrom(frame.Payload).Entries_)
                .Select(entry => string.Join('/', entry.Name.Segments.Select(segment => segment.ToStringUtf8()))));
    }

    [Fact]
    public async Task Nobody_else_comes_in_once_the_code_is_used()
    {
        await ProveAsync();
        using HostileClient thief = new(_offer.Port);
        await thief.ConnectAsync(Alpn.Pair);

        Assert.Equal(WireError.NotFound, await PairingScript.Dialler(thief, SenderId, _offer.Code, PairingPurpose.HandOver).RunToAnswerAsync());
        using HostilePeer peer = await HostilePeer.DialAsync(_offer.Port, thief.Certificate);
        await peer.SendAsync(FrameType.Hello, HostilePeer.MakeHello());
        Assert.Equal(CloseReason.NotTrusted, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task The_receiver_has_no_way_into_the_senders_node()
    {
        await ProveAsync();
        ServerInfo server = (await _sender.Node.GetServerAsync(TestNode.Patience))!;

        using HostilePeer peer = await HostilePeer.DialAsync(server.Port, _client.Certificate);
        await peer.SendAsync(FrameType.Hello, HostilePeer.MakeHello());

        Assert.Equal(CloseReason.NotTrusted, await peer.ReadGoodbyeAsync());
        Assert.Empty(_sender.Node.GetPeers());
    }

    private async Task ProveAsync()
    {
        await _client.ConnectAsync(Alpn.Pair);
        PairingScript script = PairingScript.Dialler(_client, SenderId, _offer.Code, PairingPurpose.HandOver);
        Assert.Null(await script.RunToAnswerAsync());
        await script.SayAsync(PairingSteps.DiallerConfirms, script.Exchange.Confirm());
        Assert.NotNull((await script.HearAsync()).Step);
        await _client.ConnectAsync();
    }
}
