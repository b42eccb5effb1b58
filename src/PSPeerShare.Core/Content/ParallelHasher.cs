using System.Buffers;
using System.Runtime.ExceptionServices;
using PSPeerShare.Core.Content.Kernels;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content;

/// <summary>
/// Hashes a content of known length on several cores (BLAKE3 paper, 5.2). It knows neither files nor who else needs
/// the cores: its caller reads, and may wait there.
/// </summary>
internal static unsafe class ParallelHasher
{
    /// <summary>What one thread takes at a time: whole groups, for their sizes are powers of two up to this.</summary>
    public const int SegmentBytes = GroupLayout.MostBytes;

    private delegate void GroupsHasher(long offset, int length, ref byte[]? buffer, Span<byte> hashes);

    /// <summary>Hashes a content that the caller's method reads, each byte once, in no particular order.</summary>
    /// <remarks>What the method throws comes out as it is, once all threads have stopped.</remarks>
    /// <exception cref="OperationCanceledException">Cancelled between two segments.</exception>
    public static Outboard Hash(long length, SegmentReader read, int threads, CancellationToken cancellationToken)
    {
        var layout = new GroupLayout(length);
        return Hash(layout, ReadAndHash, threads, cancellationToken);

        void ReadAndHash(long offset, int count, ref byte[]? buffer, Span<byte> hashes)
        {
            buffer ??= ArrayPool<byte>.Shared.Rent((int)Math.Min(SegmentBytes, length));
            var segment = buffer.AsSpan(0, count);
            read(offset, segment);
            HashGroups(layout, offset, segment, hashes);
        }
    }

    /// <summary>Hashes a content that lies in memory.</summary>
    /// <exception cref="OperationCanceledException">Cancelled between two segments.</exception>
    public static Outboard Hash(ReadOnlyMemory<byte> content, int threads, CancellationToken cancellationToken)
    {
        var layout = new GroupLayout(content.Length);
        return Hash(layout, HashInPlace, threads, cancellationToken);

        void HashInPlace(long offset, int count, ref byte[]? buffer, Span<byte> hashes) =>
            HashGroups(layout, offset, content.Span.Slice((int)offset, count), hashes);
    }

    private static Outboard Hash(
        GroupLayout layout, GroupsHasher hash, int threads, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(threads);
        var hashes = new byte[layout.Count * HashBytes];
        var segments = ((layout.Length - 1) / SegmentBytes) + 1;
        var next = -1L;
        try
        {
            Parallel.For(0, (int)Math.Min(threads, segments), new ParallelOptions { MaxDegreeOfParallelism = threads }, Work);
        }
        catch (AggregateException failures)
        {
            ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
        }

        return Outboard.FromGroups(layout.Length, hashes);

        // Threads fetch one segment each time: ranges handed out in advance leave one idle while another finishes.
        void Work(int thread, ParallelLoopState state)
        {
            byte[]? buffer = null;
            try
            {
                long segment;
                while (!state.ShouldExitCurrentIteration && (segment = Interlocked.Increment(ref next)) < segments)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var offset = segment * SegmentBytes;
                    var length = (int)Math.Min(SegmentBytes, layout.Length - offset);
                    hash(offset, length, ref buffer, hashes.AsSpan((int)(offset / layout.GroupBytes * HashBytes)));
                }
            }
            finally
            {
                if (buffer is not null)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                }
            }
        }
    }

    private static void HashGroups(GroupLayout layout, long offset, ReadOnlySpan<byte> segment, Span<byte> hashes)
    {
        var first = offset / layout.GroupBytes;
        var groups = ((segment.Length - 1) / layout.GroupBytes) + 1;
        for (var group = HashSmallGroups(layout, offset, segment, hashes); group < groups; group++)
        {
            var data = segment.Slice(group * layout.GroupBytes, layout.LengthOf(first + group));
            Blake3Hasher.HashGroup(layout, first + group, data).CopyTo(hashes[(group * HashBytes)..]);
        }
    }

    /// <summary>Hashes the whole groups if several fit a batch, and returns how many were hashed.</summary>
    private static int HashSmallGroups(GroupLayout layout, long offset, ReadOnlySpan<byte> segment, Span<byte> hashes)
    {
        var perBatch = ChunkBatch.MostChunks * ChunkBytes / layout.GroupBytes;
        if (perBatch < 2 || layout.Count == 1)
        {
            return 0;
        }

        var whole = segment.Length / layout.GroupBytes;
        var chunksPerGroup = layout.GroupBytes / ChunkBytes;
        var firstChunk = (ulong)(offset / ChunkBytes);
        fixed (byte* input = segment, output = hashes)
        {
            for (var group = 0; group < whole; group += perBatch)
            {
                var groups = Math.Min(perBatch, whole - group);
                ChunkBatch.Hash(
                    KernelSet.Fastest,
                    input + (group * layout.GroupBytes),
                    groups * chunksPerGroup,
                    firstChunk + (ulong)(group * chunksPerGroup),
                    groups,
                    output + (group * HashBytes));
            }
        }

        return whole;
    }
}
