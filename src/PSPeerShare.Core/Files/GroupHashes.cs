using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Files;

/// <summary>
/// The hashes of the groups that are there. Takes memory for what it holds, not for the length that a stranger states
/// (D1).
/// </summary>
internal sealed class GroupHashes(GroupLayout layout)
{
    private const int PageGroups = 1024;

    private readonly Dictionary<long, ContentHash[]> _pages = [];

    /// <summary>How many groups are there.</summary>
    public long Count { get; private set; }

    /// <summary>How many bytes these groups have.</summary>
    public long Bytes { get; private set; }

    /// <summary>Whether a group is there, and its hash.</summary>
    public bool TryGet(long group, out ContentHash hash)
    {
        hash = _pages.TryGetValue(group / PageGroups, out ContentHash[]? page) ? page[group % PageGroups] : default;
        return !hash.IsEmpty;
    }

    /// <summary>Adds a group. False when it is there already.</summary>
    public bool Add(long group, ContentHash hash)
    {
        int bytes = layout.LengthOf(group);
        if (!_pages.TryGetValue(group / PageGroups, out ContentHash[]? page))
        {
            page = new ContentHash[PageGroups];
            _pages.Add(group / PageGroups, page);
        }

        ref ContentHash there = ref page[group % PageGroups];
        if (!there.IsEmpty)
        {
            return false;
        }

        there = hash;
        Count++;
        Bytes += bytes;
        return true;
    }

    /// <summary>Takes a group away again.</summary>
    public void Remove(long group)
    {
        if (TryGet(group, out _))
        {
            _pages[group / PageGroups][group % PageGroups] = default;
            Count--;
            Bytes -= layout.LengthOf(group);
        }
    }

    /// <summary>Whether the bytes of a file at a group's place have the group's hash.</summary>
    /// <param name="data">The file.</param>
    /// <param name="group">A group that is there.</param>
    /// <param name="buffer">Room for one group.</param>
    public bool IsHeldBy(SafeFileHandle data, long group, byte[] buffer)
    {
        Span<byte> bytes = buffer.AsSpan(0, layout.LengthOf(group));
        int filled = 0;
        while (filled < bytes.Length)
        {
            int read = RandomAccess.Read(data, bytes[filled..], layout.OffsetOf(group) + filled);
            if (read == 0)
            {
                return false;
            }

            filled += read;
        }

        return TryGet(group, out ContentHash hash) && Blake3Hasher.HashGroup(layout, group, bytes) == hash;
    }

    /// <summary>The groups that are there, in their order.</summary>
    public IEnumerable<long> Groups()
    {
        foreach (long page in _pages.Keys.Order())
        {
            for (int at = 0; at < PageGroups; at++)
            {
                if (!_pages[page][at].IsEmpty)
                {
                    yield return (page * PageGroups) + at;
                }
            }
        }
    }

    /// <summary>The proof of the whole content, once all of its groups are there.</summary>
    public bool TryBuild([NotNullWhen(true)] out Outboard? outboard)
    {
        outboard = null;
        if (Count != layout.Count)
        {
            return false;
        }

        byte[] hashes = new byte[Count * ContentHash.SizeInBytes];
        for (long group = 0; group < Count; group++)
        {
            _ = TryGet(group, out ContentHash hash);
            hash.CopyTo(hashes.AsSpan((int)(group * ContentHash.SizeInBytes)));
        }

        outboard = Outboard.FromGroups(layout.Length, hashes);
        return true;
    }
}
