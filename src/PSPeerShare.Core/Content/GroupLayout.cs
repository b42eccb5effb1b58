using System.Numerics;

namespace PSPeerShare.Core.Content;

/// <summary>
/// How a content of a given length is cut into groups, the runs of BLAKE3 chunks that are verified, requested and
/// kept as one. A fixed function of the length, so that two nodes never have to agree on it.
/// </summary>
/// <remarks>
/// A group is the smallest power of two of at least 16 KiB that needs at most 4,096 groups, but at most 1 MiB: 16 KiB
/// up to 64 MiB of content, 1 MiB above 2 GiB. Groups are complete subtrees of BLAKE3's tree except for the last,
/// which may be shorter (BLAKE3 paper, 2.1 and 6.4).
/// </remarks>
internal readonly record struct GroupLayout
{
    /// <summary>The size of a group of small contents.</summary>
    public const int FewestBytes = 16 * 1024;

    /// <summary>The size of a group of large contents; one fits a data frame.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>Groups become larger, while they may, before there are more than this.</summary>
    public const int MostSmallGroups = 4096;

    /// <summary>Lays out a content.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public GroupLayout(long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Length = length;
        var needed = Divide(length, MostSmallGroups);
        GroupBytes = (int)BitOperations.RoundUpToPowerOf2((ulong)Math.Clamp(needed, FewestBytes, MostBytes));
        Count = Math.Max(1, Divide(length, GroupBytes));
    }

    /// <summary>The content's length in bytes.</summary>
    public long Length { get; }

    /// <summary>The bytes of every group but the last: a power of two from 16 KiB to 1 MiB.</summary>
    public int GroupBytes { get; }

    /// <summary>How many groups there are; an empty content has one, which is empty.</summary>
    public long Count { get; }

    /// <summary>Where a group begins, in bytes.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such group.</exception>
    public long OffsetOf(long group)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(group);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(group, Count);
        return group * GroupBytes;
    }

    /// <summary>How many bytes a group has.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such group.</exception>
    public int LengthOf(long group) => (int)Math.Min(GroupBytes, Length - OffsetOf(group));

    // Not (value + divisor - 1) / divisor: a stranger may state any length, and the sum must not overflow.
    private static long Divide(long value, long divisor) => (value / divisor) + (value % divisor == 0 ? 0 : 1);
}
