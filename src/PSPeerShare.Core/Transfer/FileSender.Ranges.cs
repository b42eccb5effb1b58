using Google.Protobuf;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transfer;

// Parts of a file: the receiver proves them by the file's tree, so nothing is hashed here.
internal sealed partial class FileSender
{
    /// <summary>Sends ranges of a file that stands open since <paramref name="facts"/> were taken.</summary>
    /// <param name="index">The item's number in the stream.</param>
    /// <param name="handle">The open file.</param>
    /// <param name="facts">Its facts when it was opened; if they are others now, nothing of it is sent any more (R4).</param>
    /// <param name="ranges">What was asked for.</param>
    /// <param name="root">The hash of the file in this state, when it is known.</param>
    /// <param name="demandPermission">Called before each frame after the first.</param>
    /// <param name="cancellationToken">Stops between two frames.</param>
    /// <returns>The bytes that were sent.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileChanged"/>, <see cref="PeerError.FileNotReadable"/> or
    /// <see cref="PeerError.ProtocolViolation"/> for ranges that the file does not have; the item has been ended with it.</exception>
    public async Task<long> SendRangesAsync(
        uint index,
        SafeFileHandle handle,
        FileFacts facts,
        IReadOnlyList<ByteRange> ranges,
        ContentHash? root,
        Action demandPermission,
        CancellationToken cancellationToken)
    {
        try
        {
            Demand(ranges, facts.Length);
            DemandUnchanged(handle, facts);
            ItemHeader header = new()
            {
                Index = index,
                Length = facts.Length,
                ModifiedUnixNs = facts.ModifiedUnixNs,
                Ranged = true,
            };
            await stream.SendAsync(FrameType.ItemHeader, header, cancellationToken: cancellationToken);
            long sent = 0;
            int frameBytes = FrameBytesFor(limits);
            foreach (ByteRange range in ranges)
            {
                for (long offset = range.Offset; offset < range.Offset + range.Length;)
                {
                    if (sent > 0)
                    {
                        demandPermission();
                    }

                    int count = (int)Math.Min(range.Offset + range.Length - offset, frameBytes);
                    await SendFrameAsync(handle, offset, count, take: null, cancellationToken);
                    offset += count;
                    sent += count;
                }
            }

            DemandUnchanged(handle, facts);
            ItemEnd end = new() { Index = index, Root = root is { } known ? ByteString.CopyFrom(known.ToArray()) : ByteString.Empty };
            await stream.SendAsync(FrameType.ItemEnd, end, cancellationToken: cancellationToken);
            return sent;
        }
        catch (PeerShareException e) when (e.Error
            is PeerError.FileChanged or PeerError.FileNotReadable or PeerError.FileNotFound or PeerError.TicketSpent or PeerError.ProtocolViolation)
        {
            await SendErrorAsync(index, e.Error, cancellationToken);
            throw;
        }
    }

    // In ascending order and apart: whatever is asked for, an item is never more than the file.
    private static void Demand(IReadOnlyList<ByteRange> ranges, long length)
    {
        long end = 0;
        foreach (ByteRange range in ranges)
        {
            if (range.Length <= 0 || range.Offset < end || range.Offset > length || range.Length > length - range.Offset)
            {
                throw new PeerShareException(PeerError.ProtocolViolation, detail: $"range {range.Offset}+{range.Length} of {length} bytes");
            }

            end = range.Offset + range.Length;
        }
    }

    private static void DemandUnchanged(SafeFileHandle handle, FileFacts facts)
    {
        if (SafeRoot.Stat(handle) != facts)
        {
            throw new PeerShareException(PeerError.FileChanged);
        }
    }
}
