using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>P6: a server that answers a push of one file with what cannot be true.</summary>
public sealed class PushToHostileServerTests : IAsyncLifetime
{
    private static readonly byte[] s_content = "0123456789"u8.ToArray();

    private static readonly Dictionary<string, (PeerError Error, Func<HostilePeer, uint, Task> Answer)> s_lies = new()
    {
        ["a commit before any data"] = (PeerError.ProtocolViolation, (peer, stream) => CommitAsync(peer, stream, 0, s_content)),
        ["nothing new without having been told the content"] = (PeerError.ProtocolViolation, (peer, stream) =>
            CommitAsync(peer, stream, 0, s_content, unchanged: true)),
        ["a commit of another content"] = (PeerError.ProtocolViolation, async (peer, stream) =>
        {
            await AcceptAsync(peer, stream, 0);
            await peer.UntilAsync(FrameType.ItemEnd);
            await CommitAsync(peer, stream, 0, [1]);
        }),
        ["a commit without a hash"] = (PeerError.ProtocolViolation, async (peer, stream) =>
        {
            await AcceptAsync(peer, stream, 0);
            await peer.UntilAsync(FrameType.ItemEnd);
            await peer.SendAsync(FrameType.Committed, new Committed { Index = 0 }, stream);
        }),
        ["a verdict on nothing"] = (PeerError.ProtocolViolation, (peer, stream) => AcceptAsync(peer, stream, 99)),
        ["a commit of nothing"] = (PeerError.ProtocolViolation, (peer, stream) => CommitAsync(peer, stream, 99, s_content)),
        ["two verdicts"] = (PeerError.ProtocolViolation, (peer, stream) => peer.SendAsync(
            FrameType.PushVerdicts,
            new PushVerdicts { Verdicts = { new PushVerdict { Accepted = true }, new PushVerdict { Accepted = true } } },
            stream)),
        ["the same hash again and again"] = (PeerError.ProtocolViolation, async (peer, stream) =>
        {
            for (int i = 0; i < 3; i++)
            {
                await peer.SendAsync(FrameType.PushVerdicts, new PushVerdicts { Verdicts = { new PushVerdict { WantHash = true } } }, stream);
                await peer.UntilAsync(FrameType.PushOffer);
            }
        }),
        ["the end before the answer"] = (PeerError.ProtocolViolation, (peer, stream) => peer.FinishAsync(stream)),
        ["verdicts that are no message"] = (PeerError.ProtocolViolation, (peer, stream) => peer.SendAsync(FrameType.PushVerdicts, [0xFF], stream)),
        ["a frame of another operation"] = (PeerError.ProtocolViolation, (peer, stream) => peer.HeadAsync(stream, 0, 1)),
        ["a refusal without a reason"] = (PeerError.Unexpected, (peer, stream) => peer.SendAsync(
            FrameType.PushVerdicts, new PushVerdicts { Verdicts = { new PushVerdict { Code = 12345, Detail = "\u001b[2J" } } }, stream, last: true)),
        ["too much credit"] = (PeerError.ProtocolViolation, (peer, stream) =>
            peer.SendAsync(FrameType.Credit, new Credit { Bytes = int.MaxValue }, stream)),
        ["no more credit"] = (PeerError.ProtocolViolation, (peer, stream) => peer.SendAsync(FrameType.Credit, new Credit(), stream)),
    };

    private readonly TestNode _client = new();

    public static TheoryData<string> Lies => [.. s_lies.Keys];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _client.DisposeAsync();

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lie_about_a_pushed_file_is_a_clear_error(string lie)
    {
        (PeerError error, Func<HostilePeer, uint, Task> answer) = s_lies[lie];
        string file = _client.Write("out/a.txt", s_content);
        await using HostileServer server = new(async peer =>
        {
            (FrameHeader header, _) = await peer.UntilAsync(FrameType.PushOffer);
            await answer(peer, header.StreamId);
        });
        await server.TrustByAsync(_client);

        List<TransferInfo> results = await _client.PushAsync(
            new PushOptions { Peers = [server.Target] }, PeerNode.ExpandLocal(file, recurse: false));

        TransferInfo result = Assert.Single(results);
        Assert.Equal((TransferStatus.Failed, error), (result.Status, result.Error!.Error));
        ListingOfHostileServerTests.AssertPrintable(result.Error.ToString());
        Assert.Equal(s_content, File.ReadAllBytes(file));
    }

    private static Task AcceptAsync(HostilePeer peer, uint stream, uint index) => peer.SendAsync(
        FrameType.PushVerdicts, new PushVerdicts { Verdicts = { new PushVerdict { Index = index, Accepted = true } } }, stream);

    private static Task CommitAsync(HostilePeer peer, uint stream, uint index, byte[] content, bool unchanged = false) => peer.SendAsync(
        FrameType.Committed,
        new Committed { Index = index, Root = ByteString.CopyFrom(HostileTalk.RootOf(content)), Unchanged = unchanged },
        stream);
}
