using System.Security.Cryptography;
using Google.Protobuf;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>P6, D1: what a server says about contents is taken only if it proves itself, and never more than was asked for.</summary>
public sealed class ContentToldByHostileServerTests : IAsyncLifetime
{
    private const int Length = 100_000;
    private static readonly byte[] s_content = RandomNumberGenerator.GetBytes(Length);
    private static readonly Outboard s_tree = ParallelHasher.Hash(s_content, 1, CancellationToken.None);
    private static readonly WirePath s_name = Parse("docs/a.bin");

    private readonly BareNode _node = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _node.DisposeAsync().AsTask();

    private static readonly Dictionary<string, (PeerError Error, Func<HostilePeer, uint, Task> Answer)> s_lies = new()
    {
        ["a tree of another content"] = (PeerError.ContentMismatch, async (peer, stream) =>
        {
            await DescribeAsync(peer, stream);
            byte[] tree = s_tree.Bytes.ToArray();
            tree[^1] ^= 1;
            await peer.SendAsync(FrameType.Data, tree, stream, last: true);
        }),
        ["a tree that ends early"] = (PeerError.ProtocolViolation, async (peer, stream) =>
        {
            await DescribeAsync(peer, stream);
            await peer.SendAsync(FrameType.Data, s_tree.Bytes[..^32].ToArray(), stream, last: true);
        }),
        ["a tree that is too long"] = (PeerError.ProtocolViolation, async (peer, stream) =>
        {
            await DescribeAsync(peer, stream);
            await peer.SendAsync(FrameType.Data, [.. s_tree.Bytes.Span, 0], stream);
        }),
        ["another root"] = (PeerError.FileChanged, (peer, stream) => DescribeAsync(peer, stream, d => d.Root = ByteString.CopyFrom(new byte[32]))),
        ["a root of no length"] = (PeerError.ProtocolViolation, (peer, stream) => DescribeAsync(peer, stream, d => d.Root = ByteString.Empty)),
        ["a larger length"] = (PeerError.FileChanged, (peer, stream) => DescribeAsync(peer, stream, d => d.Length = long.MaxValue)),
        ["a negative length"] = (PeerError.FileChanged, (peer, stream) => DescribeAsync(peer, stream, d => d.Length = -1)),
        ["other groups"] = (PeerError.RequestRefused, (peer, stream) => DescribeAsync(peer, stream, d => d.GroupBytes = 1)),
        ["no tree"] = (PeerError.RequestRefused, (peer, stream) => DescribeAsync(peer, stream, d => d.GroupBytes = 0)),
        ["an error"] = (PeerError.FileNotFound, (peer, stream) =>
            peer.SendAsync(FrameType.ItemError, new ItemError { Code = (uint)WireError.NotFound }, stream)),
        ["data alone"] = (PeerError.ProtocolViolation, (peer, stream) => peer.SendAsync(FrameType.Data, new byte[32], stream)),
        ["nothing"] = (PeerError.ProtocolViolation, (peer, stream) => peer.FinishAsync(stream)),
    };

    public static TheoryData<string> Lies => [.. s_lies.Keys];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lie_about_a_tree_is_a_clear_error(string lie)
    {
        (PeerError error, Func<HostilePeer, uint, Task> answer) = s_lies[lie];
        await using HostileServer server = new(async peer =>
        {
            (FrameHeader header, _) = await peer.UntilAsync(FrameType.Describe);
            await answer(peer, header.StreamId);
        });
        await using PeerSession session = await OpenAsync(server);

        PeerShareException told = await Assert.ThrowsAsync<PeerShareException>(
            () => session.DescribeTreeAsync(s_name, s_tree.Root, Length, CancellationToken.None).Within());

        Assert.Equal(error, told.Error);
    }

    [Fact]
    public async Task An_honest_tree_is_taken_in_pieces_of_any_size()
    {
        await using HostileServer server = new(async peer =>
        {
            (FrameHeader header, _) = await peer.UntilAsync(FrameType.Describe);
            await DescribeAsync(peer, header.StreamId);
            foreach (byte[] piece in s_tree.Bytes.ToArray().Chunk(7))
            {
                await peer.SendAsync(FrameType.Data, piece, header.StreamId);
            }
        });
        await using PeerSession session = await OpenAsync(server);

        ProvenContent proven = await session.DescribeTreeAsync(s_name, s_tree.Root, Length, CancellationToken.None).Within();

        Assert.Equal((s_tree.Root, Length), (proven.Outboard.Root, proven.Outboard.Layout.Length));
    }

    [Theory]
    [InlineData("another hash")]
    [InlineData("twice")]
    [InlineData("another length")]
    [InlineData("a name outside")]
    [InlineData("a short hash")]
    public async Task Answers_to_who_has_are_only_taken_if_they_were_asked_for(string lie)
    {
        await using HostileServer server = new(async peer =>
        {
            (FrameHeader header, _) = await peer.UntilAsync(FrameType.WhoHas);
            WhoHasAnswer answer = new() { Hash = ByteString.CopyFrom(s_tree.Root.ToArray()), Name = HostileTalk.Wire("docs", "a.bin"), Length = Length };
            if (lie == "twice")
            {
                await peer.SendAsync(FrameType.WhoHasAnswer, answer, header.StreamId);
            }

            answer.Length = lie == "another length" ? Length + 1 : Length;
            answer.Name = lie == "a name outside" ? HostileTalk.Wire("docs", "..", "a.bin") : answer.Name;
            answer.Hash = lie switch
            {
                "another hash" => ByteString.CopyFrom(new byte[32]),
                "a short hash" => ByteString.CopyFrom(new byte[31]),
                _ => answer.Hash,
            };
            await peer.SendAsync(FrameType.WhoHasAnswer, answer, header.StreamId);
            await peer.FinishAsync(header.StreamId);
        });
        await using PeerSession session = await OpenAsync(server);

        PeerShareException told = await Assert.ThrowsAsync<PeerShareException>(async () =>
        {
            Dictionary<ContentHash, long> wanted = new() { [s_tree.Root] = Length };
            await foreach (ContentHolder holder in session.WhoHasAsync(wanted, Waiting.Patience, CancellationToken.None))
            {
                Assert.Equal("docs/a.bin", holder.Name.ToString());
            }
        });

        Assert.Equal(PeerError.ProtocolViolation, told.Error);
    }

    private async Task<PeerSession> OpenAsync(HostileServer server) =>
        new(await _node.DialAsync(server.Id, int.Parse(server.Address.Split(':')[1], null)), "evil");

    private static Task DescribeAsync(HostilePeer peer, uint stream, Action<Description>? lie = null)
    {
        Description description = new()
        {
            Length = Length,
            Root = ByteString.CopyFrom(s_tree.Root.ToArray()),
            GroupBytes = s_tree.Layout.GroupBytes,
        };
        lie?.Invoke(description);
        return peer.SendAsync(FrameType.Description, description, stream);
    }

    private static WirePath Parse(string path) => WirePath.TryParse(path, out WirePath? name, out _) ? name : throw new ArgumentException(path);
}
