using System.Buffers.Binary;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>Simple ways to answer a stream.</summary>
internal static class Answers
{
    /// <summary>Search: so many batches and the end. Fetch: data without end. Control: a status.</summary>
    public static async Task Everything(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        switch (opening.Type)
        {
            case FrameType.Search:
                ulong wanted = opening.Parse(SearchRequest.Parser).Limit;
                for (ulong i = 0; i < wanted; i++)
                {
                    await stream.SendAsync(FrameType.Entries, new Entries { Entries_ = { new Entry { Length = (long)i } } }, cancellationToken: cancellationToken);
                }
                await stream.SendAsync(FrameType.ListingEnd, new ListingEnd { Entries = wanted }, last: true, cancellationToken);
                break;
            case FrameType.Fetch:
                for (long i = 0; !cancellationToken.IsCancellationRequested; i++)
                {
                    await stream.SendDataAsync(Numbered(i, 64 * 1024), cancellationToken: cancellationToken);
                }
                break;
            default:
                await stream.SendAsync(FrameType.ControlAnswer, new ControlAnswer(), last: true, cancellationToken);
                break;
        }
    }

    /// <summary>A fetch of so many bytes: a counter in every 8 bytes, so that nothing can be lost or swapped unseen.</summary>
    public static StreamHandler Bytes(long total, int frame) => async (stream, _, cancellationToken) =>
    {
        for (long offset = 0; offset < total; offset += frame)
        {
            int count = (int)Math.Min(frame, total - offset);
            await stream.SendDataAsync(Numbered(offset / 8, count), last: offset + count == total, cancellationToken);
        }
    };

    public static PooledBuffer Numbered(long first, int bytes)
    {
        PooledBuffer buffer = PooledBuffer.Rent(bytes);
        for (int i = 0; i + 8 <= bytes; i += 8)
        {
            BinaryPrimitives.WriteInt64LittleEndian(buffer.Span[i..], first + (i / 8));
        }
        return buffer;
    }

    /// <summary>Reads such a fetch to its end and checks every counter.</summary>
    public static async Task<long> ReadBytesAsync(PeerStream stream)
    {
        byte[] rest = new byte[8];
        long read = 0;
        while (await stream.ReceiveAsync().Within() is { } frame)
        {
            using (frame)
            {
                foreach (byte value in frame.Payload.Span)
                {
                    rest[read % 8] = value;
                    if (++read % 8 == 0 && BinaryPrimitives.ReadInt64LittleEndian(rest) != (read / 8) - 1)
                    {
                        Assert.Fail($"byte {read} is wrong");
                    }
                }
            }
        }
        return read;
    }
}
