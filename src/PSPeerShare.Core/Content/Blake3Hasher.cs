using System.Numerics;
using System.Runtime.CompilerServices;
using PSPeerShare.Core.Content.Kernels;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content;

/// <summary>
/// BLAKE3 of bytes that come bit by bit, on the calling thread. It knows bytes only: no files, no streams, and
/// of BLAKE3's modes just the plain hash of 32 bytes.
/// </summary>
/// <remarks>
/// Reusable and not thread safe. <see cref="Update"/> allocates nothing. Input is hashed at once in complete
/// subtrees; their hashes wait on a stack (BLAKE3 paper, 5.1.2), and two of them are joined only when more input
/// follows, because the last join is the root and is compressed differently.
/// </remarks>
internal sealed unsafe class Blake3Hasher
{
    // One per set bit of the number of chunks (2^64 bytes have 2^54), and one that waits to be joined.
    private const int StackDepth = 55;

    [ThreadStatic]
    private static Blake3Hasher? t_shared;

    private readonly CompressionKernel _kernel;
    private readonly byte[] _partial = new byte[ChunkBytes];
    private readonly byte[] _stack = new byte[StackDepth * HashBytes];
    private int _partialBytes;
    private int _stacked;
    private ulong _chunks;
    private ulong _firstChunk;
    private BlockFlags _topFlags = BlockFlags.Root;

    /// <summary>Makes a hasher with the fastest kernel that the machine has.</summary>
    public Blake3Hasher()
        : this(KernelSet.Fastest)
    {
    }

    /// <summary>Makes a hasher that uses a given kernel, for comparing them.</summary>
    /// <exception cref="PlatformNotSupportedException">The machine cannot run it.</exception>
    internal Blake3Hasher(Blake3Kernel kernel)
        : this(KernelSet.Get(kernel))
    {
    }

    private Blake3Hasher(CompressionKernel kernel) => _kernel = kernel;

    /// <summary>How many bytes were taken since the start or the last <see cref="Reset"/>.</summary>
    public long Length => (long)((_chunks * ChunkBytes) + (ulong)_partialBytes);

    /// <summary>The hash of bytes that lie in memory.</summary>
    public static ContentHash Hash(ReadOnlySpan<byte> data)
    {
        var hasher = t_shared ??= new Blake3Hasher();
        hasher.Reset();
        hasher.Update(data);
        return hasher.Finish();
    }

    /// <summary>The hash, within its content's tree, of a whole group that lies in memory.</summary>
    public static ContentHash HashGroup(GroupLayout layout, long group, ReadOnlySpan<byte> data)
    {
        var hasher = t_shared ??= new Blake3Hasher();
        hasher.ResetToGroup(layout, group);
        hasher.Update(data);
        return hasher.Finish();
    }

    /// <summary>Starts over with no input.</summary>
    public void Reset()
    {
        _partialBytes = 0;
        _stacked = 0;
        _chunks = 0;
        _firstChunk = 0;
        _topFlags = BlockFlags.Root;
    }

    /// <summary>
    /// Starts over with no input, to hash one group of a larger content: <see cref="Finish"/> then gives the
    /// group's hash within the tree, which is the root only if there is no other group.
    /// </summary>
    public void ResetToGroup(GroupLayout layout, long group)
    {
        Reset();
        if (layout.Count > 1)
        {
            ResetToSubtree((ulong)(layout.OffsetOf(group) / ChunkBytes));
        }
    }

    /// <summary>Starts over with no input, to hash a subtree that begins at a chunk and has others beside it.</summary>
    public void ResetToSubtree(ulong firstChunk)
    {
        Reset();
        _firstChunk = firstChunk;
        _topFlags = BlockFlags.None;
    }

    /// <summary>Takes the next bytes of the input. Multiples of 256 KiB are hashed fastest.</summary>
    public void Update(ReadOnlySpan<byte> data)
    {
        if (_partialBytes > 0)
        {
            data = data[FillPartial(data)..];
            if (data.IsEmpty)
            {
                return;
            }

            FlushPartial();
        }

        fixed (byte* start = data)
        {
            var taken = UpdateWholeChunks(start, data.Length);
            FillPartial(data[taken..]);
        }
    }

    /// <summary>The hash of all input so far. The hasher stays as it is and may take more.</summary>
    [SkipLocalsInit]
    public ContentHash Finish()
    {
        var top = stackalloc byte[BlockBytes];
        fixed (byte* stack = _stack, partial = _partial)
        {
            if (_chunks == 0)
            {
                HashPartial(partial, _topFlags, top);
                return ContentHash.FromBytes(new ReadOnlySpan<byte>(top, HashBytes));
            }

            // The right half of the topmost open pair lies at top + 32; its left halves come from the stack.
            var right = top + HashBytes;
            var left = _stacked - 1;
            if (_partialBytes > 0)
            {
                JoinComplete(_chunks);
                HashPartial(partial, BlockFlags.None, right);
                left = _stacked - 1;
            }
            else
            {
                Unsafe.CopyBlockUnaligned(right, stack + (left * HashBytes), HashBytes);
                left--;
            }

            for (; left >= 0; left--)
            {
                Unsafe.CopyBlockUnaligned(top, stack + (left * HashBytes), HashBytes);
                _kernel.HashParent(top, left == 0 ? _topFlags : BlockFlags.None, right);
            }

            return ContentHash.FromBytes(new ReadOnlySpan<byte>(right, HashBytes));
        }
    }

    /// <summary>Hashes every complete subtree at the input's front and returns how many bytes that were.</summary>
    /// <remarks>A first chunk that nothing follows is left, for it may turn out to be the root.</remarks>
    [SkipLocalsInit]
    private int UpdateWholeChunks(byte* start, int length)
    {
        var pair = stackalloc byte[2 * HashBytes];
        var taken = 0;
        while (length - taken >= ChunkBytes && (_chunks > 0 || length - taken > ChunkBytes))
        {
            var chunks = SubtreeSize((length - taken) / ChunkBytes);
            if (chunks == 1)
            {
                _kernel.HashChunks(start + taken, 1, _firstChunk + _chunks, pair);
                Push(pair, 1);
            }
            else
            {
                ChunkBatch.Hash(_kernel, start + taken, chunks, _firstChunk + _chunks, 2, pair);
                Push(pair, chunks / 2);
                Push(pair + HashBytes, chunks / 2);
            }

            taken += chunks * ChunkBytes;
        }

        return taken;
    }

    /// <summary>The largest subtree that can begin at the next chunk and is complete (paper, 2.1).</summary>
    private int SubtreeSize(int wholeChunks)
    {
        var most = Math.Min(wholeChunks, ChunkBatch.MostChunks);
        var size = 1 << BitOperations.Log2((uint)most);
        return _chunks == 0 ? size : (int)Math.Min((ulong)size, _chunks & (~_chunks + 1));
    }

    private void Push(byte* hash, int chunks)
    {
        JoinComplete(_chunks);
        new ReadOnlySpan<byte>(hash, HashBytes).CopyTo(_stack.AsSpan(_stacked * HashBytes));
        _stacked++;
        _chunks += (ulong)chunks;
    }

    /// <summary>
    /// Joins what is complete once it is known that chunk <paramref name="next"/> follows: the stack then holds
    /// one subtree per set bit of that index.
    /// </summary>
    private void JoinComplete(ulong next)
    {
        fixed (byte* stack = _stack)
        {
            while (_stacked > BitOperations.PopCount(next))
            {
                _stacked--;
                var pair = stack + ((_stacked - 1) * HashBytes);
                _kernel.HashParent(pair, BlockFlags.None, pair);
            }
        }
    }

    private int FillPartial(ReadOnlySpan<byte> data)
    {
        var taken = Math.Min(data.Length, ChunkBytes - _partialBytes);
        data[..taken].CopyTo(_partial.AsSpan(_partialBytes));
        _partialBytes += taken;
        return taken;
    }

    private void FlushPartial()
    {
        var hash = stackalloc byte[HashBytes];
        fixed (byte* partial = _partial)
        {
            HashPartial(partial, BlockFlags.None, hash);
        }

        _partialBytes = 0;
        Push(hash, 1);
    }

    /// <summary>Hashes the chunk in the buffer, short or full; the last block is filled up with zeros (paper, 2.4).</summary>
    private void HashPartial(byte* partial, BlockFlags lastFlags, byte* output)
    {
        ChainingValue.Start(output);
        var lastBlock = Math.Max(0, _partialBytes - 1) / BlockBytes;
        var last = stackalloc byte[BlockBytes];
        var lastBytes = _partialBytes - (lastBlock * BlockBytes);
        new Span<byte>(last, BlockBytes).Clear();
        Unsafe.CopyBlockUnaligned(last, partial + (lastBlock * BlockBytes), (uint)lastBytes);

        var counter = _firstChunk + _chunks;
        var flags = BlockFlags.ChunkStart;
        for (var block = 0; block < lastBlock; block++)
        {
            _kernel.Compress(output, partial + (block * BlockBytes), BlockBytes, counter, flags);
            flags = BlockFlags.None;
        }

        _kernel.Compress(output, last, (uint)lastBytes, counter, flags | BlockFlags.ChunkEnd | lastFlags);
    }
}
