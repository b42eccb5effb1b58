using PSPeerShare.Core.Content.Kernels;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content;

/// <summary>
/// The proof of every group of a content: the hashes of all its groups, which together give the root (BLAKE3 paper,
/// 6.4). It knows no data. Immutable; safe to share between threads.
/// </summary>
/// <remarks>
/// <para>There is none that does not match its root: what comes from elsewhere becomes one through
/// <see cref="TryVerify"/> only.</para>
/// <para>The root alone does not prove the length. A wrong one may come with hashes that match the root (those of a
/// higher level of the tree, or a last group of another size), and then no data ever matches some group. The length
/// is proven once the last group matched.</para>
/// </remarks>
internal sealed class Outboard
{
    private readonly byte[] _hashes;

    private Outboard(GroupLayout layout, ContentHash root, byte[] hashes)
    {
        Layout = layout;
        Root = root;
        _hashes = hashes;
    }

    /// <summary>The groups.</summary>
    public GroupLayout Layout { get; }

    /// <summary>The hash of the content.</summary>
    public ContentHash Root { get; }

    /// <summary>
    /// The form to store and to send: 32 bytes a group in their order, nothing if there is one group only, whose
    /// proof is the root. The number of bytes is <see cref="SizeFor"/> of the length.
    /// </summary>
    public ReadOnlyMemory<byte> Bytes => _hashes;

    /// <summary>How many bytes the outboard of a content of a given length has.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static long SizeFor(long length)
    {
        var layout = new GroupLayout(length);
        return layout.Count == 1 ? 0 : layout.Count * HashBytes;
    }

    /// <summary>Takes an outboard from elsewhere, if it is one of that length and matches the root.</summary>
    public static bool TryVerify(
        ContentHash root,
        long length,
        ReadOnlySpan<byte> bytes,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Outboard? outboard)
    {
        outboard = null;
        if (length < 0 || bytes.Length != SizeFor(length)
            || (!bytes.IsEmpty && GroupTree.Root(KernelSet.Fastest, bytes) != root))
        {
            return false;
        }

        outboard = new Outboard(new GroupLayout(length), root, bytes.ToArray());
        return true;
    }

    /// <summary>
    /// Makes the outboard of data whose groups were hashed here, in any order, and with it the root of that data.
    /// </summary>
    /// <remarks><paramref name="hashes"/> has 32 bytes for each group, also for one that is alone.</remarks>
    /// <exception cref="ArgumentException">The number of hashes is not that of the length's groups.</exception>
    public static Outboard FromGroups(long length, ReadOnlySpan<byte> hashes)
    {
        var layout = new GroupLayout(length);
        if (hashes.Length != layout.Count * HashBytes)
        {
            throw new ArgumentException($"{layout.Count} groups have other than {hashes.Length} bytes of hashes.", nameof(hashes));
        }

        return layout.Count == 1
            ? new Outboard(layout, ContentHash.FromBytes(hashes), [])
            : new Outboard(layout, GroupTree.Root(KernelSet.Fastest, hashes), hashes.ToArray());
    }

    /// <summary>The hash that a group must have.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such group.</exception>
    public ContentHash HashOf(long group)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(group);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(group, Layout.Count);
        return Layout.Count == 1 ? Root : ContentHash.FromBytes(_hashes.AsSpan((int)group * HashBytes, HashBytes));
    }

    /// <summary>True if these bytes, all of them, are that group of the content.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such group.</exception>
    public bool Proves(long group, ReadOnlySpan<byte> data) =>
        data.Length == Layout.LengthOf(group) && Blake3Hasher.HashGroup(Layout, group, data) == HashOf(group);
}
