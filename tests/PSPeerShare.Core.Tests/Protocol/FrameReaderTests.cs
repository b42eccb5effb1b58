using CsCheck;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Tests.Protocol;

public sealed class FrameReaderTests
{
    private static readonly byte[] Sequence =
    [
        .. Frame(FrameType.Ping, 0, 0),
        .. Frame(FrameType.Data, 1, 1),
        .. Frame(FrameType.Data, 1, 8 * 1024),
        .. Frame(FrameType.Data, 3, (8 * 1024) + 1),
        .. Frame(FrameType.Entries, 1, 40_000),
        .. Frame(FrameType.Data, 5, 200_000),
        .. Frame(FrameType.Pong, 0, 3),
    ];

    private static readonly int[] Lengths = [0, 1, 8 * 1024, (8 * 1024) + 1, 40_000, 200_000, 3];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(4096)]
    [InlineData(int.MaxValue)]
    public void Frames_come_out_whole_however_the_bytes_arrive(int atATime)
    {
        Assert.Equal(Lengths, Feed(Sequence, _ => atATime));
    }

    [Fact]
    public void Frames_come_out_whole_for_any_pieces()
    {
        Gen.Int[1, 20_000].Array[1, 50].Sample(
            sizes => Feed(Sequence, i => sizes[i % sizes.Length]).SequenceEqual(Lengths), iter: 200);
    }

    [Fact]
    public void A_reader_may_rest_between_frames_and_never_inside_one()
    {
        byte[] frame = Frame(FrameType.Data, 1, 100);
        using var reader = new FrameReader(_ => FrameVerdict.Deliver);
        for (int cut = 1; cut < frame.Length; cut++)
        {
            Assert.True(reader.TryRest());
            Put(reader, frame.AsSpan(..cut));
            Assert.False(reader.TryRead(out _));
            Assert.False(reader.TryRest());
            Put(reader, frame.AsSpan(cut..));
            Assert.False(reader.TryRest());
            Assert.True(reader.TryRead(out Frame read));
            Assert.Equal(100, read.Payload.Length);
        }
    }

    [Fact]
    public void One_byte_less_is_no_frame_and_one_more_belongs_to_the_next()
    {
        byte[] frame = Frame(FrameType.Data, 1, 100);
        using var reader = new FrameReader(_ => FrameVerdict.Deliver);

        Put(reader, frame.AsSpan(..^1));
        Assert.False(reader.TryRead(out _));
        Put(reader, [frame[^1], 0]);
        Assert.True(reader.TryRead(out Frame read));
        Assert.Equal(100, read.Payload.Length);
        Assert.False(reader.TryRead(out _));
        Put(reader, Frame(FrameType.Ping, 0, 5).AsSpan(1));
        Assert.True(reader.TryRead(out Frame next));
        Assert.Equal(FrameType.Ping, next.Header.Type);
    }

    [Fact]
    public void A_large_payload_is_read_into_the_buffer_that_its_consumer_gets()
    {
        byte[] frame = Frame(FrameType.Data, 1, 300_000);
        using var reader = new FrameReader(_ => FrameVerdict.Deliver);
        Put(reader, frame.AsSpan(0, FrameHeader.SizeInBytes));
        Assert.False(reader.TryRead(out _));

        Memory<byte> target = reader.GetBuffer();
        Assert.Equal(300_000, target.Length);
        frame.AsSpan(FrameHeader.SizeInBytes).CopyTo(target.Span);
        reader.Received(300_000);

        Assert.True(reader.TryRead(out Frame read));
        using PooledBuffer taken = read.TakePayload();
        Assert.True(target.Span.Overlaps(taken.Span, out int offset) && offset == 0);
    }

    [Fact]
    public void A_taken_payload_outlives_the_next_frames()
    {
        using var reader = new FrameReader(_ => FrameVerdict.Deliver);
        Put(reader, Frame(FrameType.Data, 1, 100));
        Assert.True(reader.TryRead(out Frame read));
        using PooledBuffer taken = read.TakePayload();

        Put(reader, Frame(FrameType.Data, 3, 100));
        Assert.True(reader.TryRead(out _));

        Assert.Equal(Payload(1, 100), taken.Memory.ToArray());
    }

    [Fact]
    public void A_discarded_payload_takes_no_buffer_and_hides_nothing_that_follows()
    {
        using var reader = new FrameReader(header => header.StreamId == 9 ? FrameVerdict.Discard : FrameVerdict.Deliver);
        byte[] bytes = [.. Frame(FrameType.Data, 9, 500_000), .. Frame(FrameType.Ping, 0, 2)];
        var lengths = new List<int>();

        for (int offset = 0; offset < bytes.Length;)
        {
            Memory<byte> buffer = reader.GetBuffer();
            Assert.True(buffer.Length <= FrameReader.ReceiveBufferBytes);
            int count = Math.Min(buffer.Length, bytes.Length - offset);
            bytes.AsSpan(offset, count).CopyTo(buffer.Span);
            reader.Received(count);
            offset += count;
            while (reader.TryRead(out Frame frame))
            {
                lengths.Add(frame.Header.Length);
            }
        }

        Assert.Equal([2], lengths);
    }

    [Fact]
    public void The_header_is_judged_before_anything_is_allocated_for_the_payload()
    {
        using var reader = new FrameReader(_ => throw new ProtocolFaultException(CloseReason.CreditOverrun, "test"));
        Put(reader, Frame(FrameType.Data, 1, 1_000_000).AsSpan(0, FrameHeader.SizeInBytes));

        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ProtocolFaultException>(() => reader.TryRead(out _));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
    }

    private static List<int> Feed(byte[] bytes, Func<int, int> pieces)
    {
        using var reader = new FrameReader(_ => FrameVerdict.Deliver);
        var lengths = new List<int>();
        for (int offset = 0, i = 0; offset < bytes.Length; i++)
        {
            Memory<byte> buffer = reader.GetBuffer();
            Assert.False(buffer.IsEmpty);
            int count = Math.Min(Math.Min(buffer.Length, bytes.Length - offset), pieces(i));
            bytes.AsSpan(offset, count).CopyTo(buffer.Span);
            reader.Received(count);
            offset += count;
            while (reader.TryRead(out Frame frame))
            {
                Assert.Equal(Payload(frame.Header.StreamId, frame.Header.Length), frame.Payload.ToArray());
                lengths.Add(frame.Header.Length);
            }
        }
        return lengths;
    }

    private static void Put(FrameReader reader, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(reader.GetBuffer().Span);
        reader.Received(bytes.Length);
    }

    private static byte[] Frame(FrameType type, uint stream, int length) =>
        FrameWriter.EncodeFrame(type, FrameFlags.None, stream, Payload(stream, length));

    private static byte[] Payload(uint stream, int length)
    {
        byte[] payload = new byte[length];
        for (int i = 0; i < length; i++)
        {
            payload[i] = (byte)(i * 7 + stream);
        }
        return payload;
    }
}
