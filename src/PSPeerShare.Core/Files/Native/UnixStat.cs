namespace PSPeerShare.Core.Files.Native;

/// <summary>What the kernel says about a file, in one form for all Unix systems.</summary>
internal readonly record struct UnixStat(
    uint Mode, uint Owner, long Length, long ModifiedUnixNs, long ChangedUnixNs, ulong Device, ulong Inode)
{
    private const uint TypeMask = 0xF000;

    public bool IsFolder => (Mode & TypeMask) == 0x4000;

    public bool IsRegular => (Mode & TypeMask) == 0x8000;

    public bool IsLink => (Mode & TypeMask) == 0xA000;

    public FileFacts Facts => new(IsFolder ? 0 : Length, ModifiedUnixNs, Device, Inode, ChangedUnixNs);

    /// <summary>Nanoseconds since 1970, kept within what a long can hold (the years 1678 to 2262).</summary>
    public static long ToUnixNs(long seconds, long nanoseconds)
    {
        const long Limit = (long.MaxValue / 1_000_000_000) - 1;
        return (Math.Clamp(seconds, -Limit, Limit) * 1_000_000_000) + nanoseconds;
    }
}
