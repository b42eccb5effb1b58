using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>P6, R2, D1: a trusted server that answers a fetch of <c>docs/a.txt</c> and <c>docs/b.txt</c> with lies.</summary>
public sealed class FetchFromHostileServerTests(FetchVictim victim) : IClassFixture<FetchVictim>
{
    private static readonly byte[] s_content = "0123456789"u8.ToArray();

    private static readonly Dictionary<string, (PeerError Error, Func<HostilePeer, uint, Task> Answer)> s_lies = new()
    {
        ["a file that nobody asked for"] = (PeerError.ProtocolViolation, (peer, stream) => peer.ServeAsync(stream, 7, s_content)),
        ["the second file first"] = (PeerError.ProtocolViolation, (peer, stream) => peer.ServeAsync(stream, 1, s_content)),
        ["data before a header"] = (PeerError.ProtocolViolation, (peer, stream) => peer.SendAsync(FrameType.Data, s_content, stream)),
        ["an end before a header"] = (PeerError.ProtocolViolation, (peer, stream) => peer.EndAsync(stream, 0, HostileTalk.RootOf(s_content))),
        ["two headers"] = (PeerError.ProtocolViolation, async (peer, stream) =>
        {
            await peer.HeadAsync(stream, 0, s_content.Length);
            await peer.HeadAsync(stream, 0, s_content.Length);
        }),
        ["the end of another file"] = (PeerError.ProtocolViolation, async (peer, stream) =>
        {
            await peer.HeadAsync(stream, 0, s_content.Length);
            await peer.SendAsync(FrameType.Data, s_content, stream);
            await peer.EndAsync(stream, 1, HostileTalk.RootOf(s_content));
        }),
        ["more data than announced"] = (PeerError.ProtocolViolation, async (peer, stream) =>
        {
            await peer.HeadAsync(stream, 0, s_content.Length - 1);
            await peer.SendAsync(FrameType.Data, s_content, stream);
            await peer.EndAsync(stream, 0, HostileTalk.RootOf(s_content));
        }),
        ["a root of 31 bytes"] = (PeerError.ProtocolViolation, async (peer, stream) =>
        {
            await peer.HeadAsync(stream, 0, s_content.Length);
            await peer.SendAsync(FrameType.Data, s_content, stream);
            await peer.EndAsync(stream, 0, new byte[31]);
        }),
        ["a negative length"] = (PeerError.ProtocolViolation, (peer, stream) => peer.HeadAsync(stream, 0, -1)),
        ["the least length"] = (PeerError.ProtocolViolation, (peer, stream) => peer.HeadAsync(stream, 0, long.MinValue)),
        ["an error for another file"] = (PeerError.ProtocolViolation, (peer, stream) =>
            peer.SendAsync(FrameType.ItemError, new ItemError { Index = 1, Code = (uint)WireError.NotFound }, stream)),
        ["the end of the stream"] = (PeerError.ProtocolViolation, (peer, stream) => peer.SendAsync(FrameType.Data, [], stream, last: true)),
        ["the end of the stream in a file"] = (PeerError.ProtocolViolation, async (peer, stream) =>
        {
            await peer.HeadAsync(stream, 0, s_content.Length);
            await peer.SendAsync(FrameType.Data, s_content, stream, last: true);
        }),
        ["a header that is no message"] = (PeerError.ProtocolViolation, (peer, stream) => peer.SendAsync(FrameType.ItemHeader, [0xFF, 0xFF], stream)),
        ["a frame of another operation"] = (PeerError.ProtocolViolation, (peer, stream) => peer.SendAsync(FrameType.PushVerdicts, new PushVerdicts(), stream)),
        ["a frame on a stream that is not open"] = (PeerError.ProtocolViolation, (peer, stream) => peer.HeadAsync(stream + 2, 0, 1)),
        ["a control frame of 64 KiB and one byte"] = (PeerError.ProtocolViolation, (peer, stream) =>
            peer.SendAsync(FrameType.ItemHeader, new byte[Limits.ControlPayloadBytes + 1], stream)),
        ["a frame of 2 GiB"] = (PeerError.ProtocolViolation, (peer, stream) =>
        {
            byte[] header = new byte[FrameHeader.SizeInBytes];
            new FrameHeader(int.MaxValue, FrameType.Data, FrameFlags.None, stream).Write(header);
            return peer.SendAsync(header);
        }),
        ["bytes without sense"] = (PeerError.ProtocolViolation, (peer, _) => peer.SendAsync(Enumerable.Repeat((byte)0xA5, 4096).ToArray())),
        ["HELLO again"] = (PeerError.ProtocolViolation, (peer, _) => peer.SendAsync(FrameType.Hello, peer.Said!)),
        ["HELLO_ACK again"] = (PeerError.ProtocolViolation, (peer, _) =>
            peer.SendAsync(FrameType.HelloAck, new HelloAck { Nonce = peer.Greeted!.Nonce })),
        ["less data than announced"] = (PeerError.ContentMismatch, async (peer, stream) =>
        {
            await peer.HeadAsync(stream, 0, s_content.Length + 1);
            await peer.SendAsync(FrameType.Data, s_content, stream);
            await peer.EndAsync(stream, 0, HostileTalk.RootOf(s_content));
        }),
        ["the root of another content"] = (PeerError.ContentMismatch, async (peer, stream) =>
        {
            await peer.HeadAsync(stream, 0, s_content.Length);
            await peer.SendAsync(FrameType.Data, s_content, stream);
            await peer.EndAsync(stream, 0, HostileTalk.RootOf([1]));
        }),
        ["the largest length there is"] = (PeerError.DestinationFull, (peer, stream) => peer.HeadAsync(stream, 0, long.MaxValue)),
        ["a length of 2 to the 62nd"] = (PeerError.DestinationFull, (peer, stream) => peer.HeadAsync(stream, 0, 1L << 62)),
        ["an error without a number"] = (PeerError.Unexpected, (peer, stream) =>
            peer.SendAsync(FrameType.ItemError, new ItemError { Index = 0, Code = uint.MaxValue, Detail = new string('x', 60_000) }, stream)),
        ["a failed stream"] = (PeerError.Unexpected, (peer, stream) => peer.SendAsync(FrameType.Error, new StreamError { Code = uint.MaxValue }, stream)),
        ["a goodbye that makes no sense"] = (PeerError.ProtocolViolation, (peer, _) =>
            peer.SendAsync(FrameType.GoingAway, new GoingAway { Reason = 7_000_000, Detail = "so long" })),
        ["a hang-up in a file"] = (PeerError.ConnectionLost, async (peer, stream) =>
        {
            await peer.HeadAsync(stream, 0, s_content.Length);
            await peer.SendAsync(FrameType.Data, s_content[..5], stream);
            peer.CutWithFin();
        }),
    };

    public static TheoryData<string> Lies => [.. s_lies.Keys];

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task A_lie_is_a_clear_error_and_leaves_nothing_behind(string lie)
    {
        (PeerError error, Func<HostilePeer, uint, Task> answer) = s_lies[lie];
        string destination = victim.NewDestination();

        List<TransferInfo> results = await victim.AttackAsync(
            destination,
            async peer =>
            {
                (uint stream, _) = await peer.FetchedAsync(2);
                await answer(peer, stream);
                await peer.SendAsync(FrameType.GoingAway, new GoingAway { Reason = (uint)CloseReason.ShuttingDown });
                peer.CutWithFin();
            },
            ("docs/a.txt", 10),
            ("docs/b.txt", 10));

        Assert.Equal(2, results.Count);
        Assert.All(results, result => Assert.Contains(result.Status, (TransferStatus[])[TransferStatus.Failed, TransferStatus.Interrupted]));
        Assert.Equal(error, results.Single(result => result.Name == "a.txt").Error!.Error);
        await victim.AssertUnharmedAsync(destination);
    }

    [Fact]
    public async Task Files_beyond_those_asked_for_are_not_taken()
    {
        string destination = victim.NewDestination();

        List<TransferInfo> results = await victim.AttackAsync(
            destination,
            async peer =>
            {
                (uint stream, _) = await peer.FetchedAsync(1);
                await peer.ServeAsync(stream, 0, s_content);
                await peer.ServeAsync(stream, 1, s_content);
                await peer.ServeAsync(stream, 0, s_content);
                await peer.FinishAsync(stream);
            },
            ("docs/a.txt", 10));

        Assert.Equal(TransferStatus.Completed, Assert.Single(results).Status);
        await victim.AssertUnharmedAsync(destination, "a.txt");
    }

    [Fact]
    public async Task An_end_sent_twice_keeps_the_file_that_was_whole_and_fails_the_next()
    {
        string destination = victim.NewDestination();

        List<TransferInfo> results = await victim.AttackAsync(
            destination,
            async peer =>
            {
                (uint stream, _) = await peer.FetchedAsync(2);
                await peer.ServeAsync(stream, 0, s_content);
                await peer.EndAsync(stream, 0, HostileTalk.RootOf(s_content));
            },
            ("docs/a.txt", 10),
            ("docs/b.txt", 10));

        Assert.Equal(TransferStatus.Completed, results.Single(result => result.Name == "a.txt").Status);
        Assert.Equal(PeerError.ProtocolViolation, results.Single(result => result.Name == "b.txt").Error!.Error);
        await victim.AssertUnharmedAsync(destination, "a.txt");
    }

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public async Task Times_out_of_this_world_do_no_harm(long modified)
    {
        string destination = victim.NewDestination();

        List<TransferInfo> results = await victim.AttackAsync(
            destination,
            async peer =>
            {
                (uint stream, _) = await peer.FetchedAsync(1);
                await peer.ServeAsync(stream, 0, s_content, modified);
                await peer.FinishAsync(stream);
            },
            ("docs/a.txt", 10));

        Assert.Equal((TransferStatus.Completed, null), (results[0].Status, results[0].Error));
        await victim.AssertUnharmedAsync(destination, "a.txt");
    }

    [Fact]
    public async Task Content_other_than_the_one_that_was_looked_for_is_refused()
    {
        string destination = victim.NewDestination();
        await using HostileServer server = new(async peer =>
        {
            (uint stream, _) = await peer.FetchedAsync(1);
            await peer.ServeAsync(stream, 0, s_content);
            await peer.FinishAsync(stream);
        });
        await server.TrustByAsync(victim.Client, name: "swapper");
        var wanted = server.Offer("docs/a.txt", 10) with { Hash = Core.Content.Blake3Hasher.Hash("9876543210"u8) };

        List<TransferInfo> results = await victim.Client.FetchAsync(new FetchOptions { Destination = destination }, wanted);

        Assert.Equal(PeerError.ContentMismatch, Assert.Single(results).Error!.Error);
        await victim.AssertUnharmedAsync(destination);
    }

    [Fact]
    public async Task An_announced_giant_is_refused_before_its_data_and_the_next_file_still_comes()
    {
        string destination = victim.NewDestination();
        long before = GC.GetTotalAllocatedBytes();

        List<TransferInfo> results = await victim.AttackAsync(
            destination,
            async peer =>
            {
                (uint stream, _) = await peer.FetchedAsync(2);
                await peer.HeadAsync(stream, 0, long.MaxValue);
                Task<(uint Stream, FetchItem[] Items)> again = peer.FetchedAsync(1);
                for (int sent = 0; sent < 60 && !again.IsCompleted; sent++)
                {
                    await peer.SendAsync(FrameType.Data, new byte[100_000], stream);
                    await Task.WhenAny(again, Task.Delay(50));
                }

                uint second = (await again).Stream;
                await peer.ServeAsync(second, 0, s_content);
                await peer.FinishAsync(second);
            },
            ("docs/a.txt", long.MaxValue),
            ("docs/b.txt", 10));

        Assert.Equal(PeerError.DestinationFull, results.Single(result => result.Name == "a.txt").Error!.Error);
        Assert.Equal((TransferStatus.Completed, null), results.Where(result => result.Name == "b.txt").Select(result => (result.Status, result.Error)).Single());
        Assert.True(GC.GetTotalAllocatedBytes() - before < 256 << 20);
        await victim.AssertUnharmedAsync(destination, "b.txt");
    }

    [Fact]
    public async Task A_stream_that_tells_lies_about_describing_gives_no_verdict()
    {
        string destination = victim.NewDestination();
        File.WriteAllBytes(Path.Combine(destination, "a.txt"), "different!"u8);
        List<(string Lie, FrameType Type, IMessage Message)> lies =
        [
            ("another index", FrameType.Description, new Description { Index = 1, Root = ByteString.CopyFrom(HostileTalk.RootOf(s_content)) }),
            ("a short root", FrameType.Description, new Description { Index = 0, Root = ByteString.CopyFrom(new byte[5]) }),
            ("no root", FrameType.Description, new Description { Index = 0 }),
            ("data", FrameType.Data, new ItemEnd { Index = 3 }),
            ("another error", FrameType.ItemError, new ItemError { Index = 9 }),
        ];
        foreach ((string lie, FrameType type, IMessage message) in lies)
        {
            await using HostileServer server = new(async peer =>
            {
                (FrameHeader header, _) = await peer.UntilAsync(FrameType.Describe);
                await peer.SendAsync(type, message, header.StreamId, last: true);
            });
            await server.TrustByAsync(victim.Client, name: $"liar about {lie}");

            List<TransferInfo> results = await victim.Client.FetchAsync(
                new FetchOptions { Destination = destination, Force = true }, server.Offer("docs/a.txt", 10));

            Assert.Equal((lie, PeerError.ProtocolViolation), (lie, Assert.Single(results).Error!.Error));
            Assert.Equal("different!"u8.ToArray(), File.ReadAllBytes(Path.Combine(destination, "a.txt")));
        }

        await victim.AssertUnharmedAsync(destination, "a.txt");
    }
}
