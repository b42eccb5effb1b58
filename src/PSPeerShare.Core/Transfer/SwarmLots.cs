using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// How the groups of a file are bundled to what is asked for at once: as many neighbours as make a megabyte, so that a
/// request costs little beside its data and still is little beside the file.
/// </summary>
internal sealed class SwarmLots
{
    private readonly int _groupsPerLot;

    public SwarmLots(GroupLayout layout)
    {
        Layout = layout;
        _groupsPerLot = Math.Max(1, GroupLayout.MostBytes / layout.GroupBytes);
        Count = (int)((layout.Count + _groupsPerLot - 1) / _groupsPerLot);
    }

    public GroupLayout Layout { get; }

    /// <summary>How many lots there are.</summary>
    public int Count { get; }

    /// <summary>Bytes of every lot but the last.</summary>
    public long LotBytes => (long)_groupsPerLot * Layout.GroupBytes;

    /// <summary>The groups of a lot.</summary>
    public IEnumerable<long> GroupsOf(int lot)
    {
        long first = (long)lot * _groupsPerLot;
        for (long group = first; group < Math.Min(first + _groupsPerLot, Layout.Count); group++)
        {
            yield return group;
        }
    }

    /// <summary>The ranges that hold these groups, which ascend; neighbours become one.</summary>
    public IEnumerable<ByteRange> RangesOf(IEnumerable<long> groups)
    {
        ByteRange? open = null;
        foreach (long group in groups)
        {
            long offset = Layout.OffsetOf(group);
            int length = Layout.LengthOf(group);
            if (open is not null && open.Offset + open.Length == offset)
            {
                open.Length += length;
                continue;
            }

            if (open is not null)
            {
                yield return open;
            }

            open = new ByteRange { Offset = offset, Length = length };
        }

        if (open is not null)
        {
            yield return open;
        }
    }
}
