using Google.Protobuf;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A peer that says it has a content, keeps to the frame rules, and lies about the rest as the test wants.</summary>
internal sealed class ScriptedSource : IAsyncDisposable
{
    private readonly BareNode _node;
    private readonly byte[] _content;
    private readonly Outboard _tree;
    private int _items;

    public ScriptedSource(byte[] content)
    {
        _content = content;
        _tree = ParallelHasher.Hash(content, 1, CancellationToken.None);
        _node = new BareNode(AnswerAsync) { Capabilities = [Capabilities.WhoHas, Capabilities.Ranges] };
    }

    /// <summary>Changes the bytes of an item before they are sent: the item's number, its first offset, its bytes.</summary>
    public Func<int, long, byte[], byte[]> Bytes { get; init; } = (_, _, bytes) => bytes;

    /// <summary>Changes the tree before it is sent.</summary>
    public Func<byte[], byte[]> Tree { get; init; } = tree => tree;

    /// <summary>The hash that it states at the end of each item.</summary>
    public Func<byte[]> EndRoot { get; init; } = () => [];

    /// <summary>Items that it answers; then it does what <see cref="Then"/> says.</summary>
    public int Items { get; init; } = int.MaxValue;

    /// <summary>What it does instead of answering further items.</summary>
    public Func<PeerStream, uint, CancellationToken, Task> Then { get; init; } =
        (_, _, stop) => Task.Delay(Timeout.Infinite, stop);

    /// <summary>Items that it was asked for.</summary>
    public int Asked => Volatile.Read(ref _items);

    /// <summary>The node has the source in its book from now on.</summary>
    public Task TrustByAsync(TestNode node, string name) => node.Node.AddPeerAsync(
        new AddPeerOptions
        {
            NodeId = _node.Identity.Id, Addresses = [$"127.0.0.1:{_node.Port}"], Name = name, Allow = PeerRights.Browse | PeerRights.Read,
        },
        TestNode.Patience);

    public ValueTask DisposeAsync() => _node.DisposeAsync();

    private async Task AnswerAsync(PeerStream stream, InboundFrame opening, CancellationToken stop)
    {
        switch (opening.Type)
        {
            case FrameType.WhoHas:
                WhoHasAnswer answer = new() { Hash = RootBytes(), Name = HostileTalk.Wire("any", "name.bin"), Length = _content.Length };
                await stream.SendAsync(FrameType.WhoHasAnswer, answer, last: true, stop);
                break;
            case FrameType.Describe:
                Description description = new() { Length = _content.Length, Root = RootBytes(), GroupBytes = _tree.Layout.GroupBytes };
                await stream.SendAsync(FrameType.Description, description, cancellationToken: stop);
                await SendAsync(stream, Tree(_tree.Bytes.ToArray()), stop);
                await stream.FinishAsync(stop);
                break;
            case FrameType.Fetch:
                await ServeAsync(stream, stop);
                break;
            default:
                stream.Fail(WireError.Refused);
                break;
        }
    }

    private async Task ServeAsync(PeerStream stream, CancellationToken stop)
    {
        while (await stream.ReceiveAsync(stop) is { } frame)
        {
            FetchItems request;
            using (frame)
            {
                request = frame.Parse(FetchItems.Parser);
            }

            foreach (FetchItem item in request.Items)
            {
                int number = Interlocked.Increment(ref _items);
                if (number > Items)
                {
                    await Then(stream, item.Index, stop);
                    continue;
                }

                byte[] bytes = [.. item.Ranges.SelectMany(range => _content.AsSpan((int)range.Offset, (int)range.Length).ToArray())];
                await stream.SendAsync(FrameType.ItemHeader, new ItemHeader { Index = item.Index, Length = _content.Length, Ranged = true }, cancellationToken: stop);
                await SendAsync(stream, Bytes(number, item.Ranges[0].Offset, bytes), stop);
                await stream.SendAsync(
                    FrameType.ItemEnd, new ItemEnd { Index = item.Index, Root = ByteString.CopyFrom(EndRoot()) }, cancellationToken: stop);
            }
        }

        await stream.FinishAsync(stop);
    }

    public static async Task SendAsync(PeerStream stream, byte[] bytes, CancellationToken stop)
    {
        foreach (byte[] piece in bytes.Chunk(200_000))
        {
            PooledBuffer buffer = PooledBuffer.Rent(piece.Length);
            piece.CopyTo(buffer.Span);
            await stream.SendDataAsync(buffer, cancellationToken: stop);
        }
    }

    private ByteString RootBytes() => ByteString.CopyFrom(_tree.Root.ToArray());
}
