using PSPeerShare.Core.Content.Kernels;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content;

/// <summary>
/// Hashes a content that streams past once, of whatever length it turns out to have, and yields root and outboard
/// at its end. It knows bytes only.
/// </summary>
/// <remarks>
/// Reusable and not thread safe. Groups start at the smallest size; when a content outgrows it, neighbours are
/// joined, so that at the end they are those of <see cref="GroupLayout"/>. Holds at most 128 KiB of hashes up to
/// 4 GiB of content, and 32 bytes more for each further MiB.
/// </remarks>
internal sealed unsafe class TreeHasher
{
    // Leaves are hashed at once in runs of this many, the most that a batch of chunks holds.
    private const int LeafChunks = GroupLayout.FewestBytes / ChunkBytes;
    private const int LeavesPerRun = ChunkBatch.MostChunks / LeafChunks;

    private readonly CompressionKernel _kernel;
    private readonly Blake3Hasher _lastLeaf;
    private readonly byte[] _partial = new byte[GroupLayout.FewestBytes];
    private readonly byte[] _openGroup = new byte[GroupLayout.MostBytes / GroupLayout.FewestBytes * HashBytes];
    private byte[] _groups = new byte[16 * HashBytes];
    private int _partialBytes;
    private int _openLeaves;
    private int _groupCount;
    private int _leavesPerGroup = 1;
    private long _leaves;

    /// <summary>Makes a hasher with the fastest kernel that the machine has.</summary>
    public TreeHasher()
        : this(KernelSet.Fastest.Kind)
    {
    }

    /// <summary>Makes a hasher that uses a given kernel, for comparing them.</summary>
    internal TreeHasher(Blake3Kernel kernel)
    {
        _kernel = KernelSet.Get(kernel);
        _lastLeaf = new Blake3Hasher(kernel);
    }

    /// <summary>How many bytes were taken since the start or the last <see cref="Finish"/>.</summary>
    public long Length => (_leaves * GroupLayout.FewestBytes) + _partialBytes;

    /// <summary>Takes the next bytes of the content.</summary>
    public void Update(ReadOnlySpan<byte> data)
    {
        if (_partialBytes > 0)
        {
            data = data[FillPartial(data)..];
            if (data.IsEmpty)
            {
                return;
            }

            AddWholeLeaves(_partial);
            _partialBytes = 0;
        }

        // A first leaf that nothing follows may be all there is, and would then be the root.
        var whole = data.Length - (data.Length % GroupLayout.FewestBytes);
        if (_leaves > 0 || data.Length > GroupLayout.FewestBytes)
        {
            AddWholeLeaves(data[..whole]);
            data = data[whole..];
        }

        FillPartial(data);
    }

    /// <summary>Yields root and outboard of the content and starts over with an empty one.</summary>
    public Outboard Finish()
    {
        var length = Length;
        var partial = _partial.AsSpan(0, _partialBytes);
        if (_leaves == 0)
        {
            _lastLeaf.Reset();
            _lastLeaf.Update(partial);
            _lastLeaf.Finish().CopyTo(_groups);
            _groupCount = 1;
        }
        else
        {
            if (!partial.IsEmpty)
            {
                // The last leaf as it would be in a content cut into groups of one leaf each.
                _lastLeaf.ResetToSubtree((ulong)_leaves * LeafChunks);
                _lastLeaf.Update(partial);
                Span<byte> hash = stackalloc byte[HashBytes];
                _lastLeaf.Finish().CopyTo(hash);
                AddLeaf(hash);
            }

            CloseGroup();
        }

        var outboard = Outboard.FromGroups(length, _groups.AsSpan(0, _groupCount * HashBytes));
        StartOver();
        return outboard;
    }

    private void StartOver()
    {
        _partialBytes = 0;
        _openLeaves = 0;
        _groupCount = 0;
        _leavesPerGroup = 1;
        _leaves = 0;
    }

    private int FillPartial(ReadOnlySpan<byte> data)
    {
        var taken = Math.Min(data.Length, _partial.Length - _partialBytes);
        data[..taken].CopyTo(_partial.AsSpan(_partialBytes));
        _partialBytes += taken;
        return taken;
    }

    private void AddWholeLeaves(ReadOnlySpan<byte> data)
    {
        Span<byte> hashes = stackalloc byte[LeavesPerRun * HashBytes];
        while (!data.IsEmpty)
        {
            var leaves = Math.Min(LeavesPerRun, data.Length / GroupLayout.FewestBytes);
            fixed (byte* input = data, output = hashes)
            {
                ChunkBatch.Hash(_kernel, input, leaves * LeafChunks, (ulong)_leaves * LeafChunks, leaves, output);
            }

            for (var leaf = 0; leaf < leaves; leaf++)
            {
                AddLeaf(hashes.Slice(leaf * HashBytes, HashBytes));
            }

            data = data[(leaves * GroupLayout.FewestBytes)..];
        }
    }

    private void AddLeaf(ReadOnlySpan<byte> hash)
    {
        if (_openLeaves == _leavesPerGroup)
        {
            CloseGroup();
        }

        if (_openLeaves == 0 && _groupCount == GroupLayout.MostSmallGroups
            && _leavesPerGroup < GroupLayout.MostBytes / GroupLayout.FewestBytes)
        {
            EnlargeGroups();
        }

        hash.CopyTo(_openGroup.AsSpan(_openLeaves * HashBytes));
        _openLeaves++;
        _leaves++;
    }

    private void CloseGroup()
    {
        GroupTree.JoinToOne(_kernel, _openGroup, _openLeaves);
        if (_groups.Length == _groupCount * HashBytes)
        {
            Array.Resize(ref _groups, 2 * _groups.Length);
        }

        _openGroup.AsSpan(0, HashBytes).CopyTo(_groups.AsSpan(_groupCount * HashBytes));
        _groupCount++;
        _openLeaves = 0;
    }

    private void EnlargeGroups()
    {
        fixed (byte* groups = _groups)
        {
            _groupCount = GroupTree.JoinLevel(_kernel, groups, _groupCount);
        }

        _leavesPerGroup *= 2;
    }
}
