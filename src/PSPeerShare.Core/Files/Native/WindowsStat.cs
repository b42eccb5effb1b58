namespace PSPeerShare.Core.Files.Native;

/// <summary>What Windows says about a file. Times are its own: 100 ns since 1601.</summary>
internal readonly record struct WindowsStat(
    uint Attributes, long Length, long Modified, long Changed, ulong Device, ulong Index)
{
    private const uint FolderAttribute = 0x10;
    private const uint ReparseAttribute = 0x400;
    private const uint DeviceAttribute = 0x40;
    private const long UnixEpoch = 116_444_736_000_000_000;

    public bool IsFolder => !IsLink && (Attributes & FolderAttribute) != 0;

    /// <summary>A symbolic link, a junction, or any other thing that a driver would resolve.</summary>
    public bool IsLink => (Attributes & ReparseAttribute) != 0;

    public bool IsRegular => (Attributes & (FolderAttribute | ReparseAttribute | DeviceAttribute)) == 0;

    public FileFacts Facts =>
        new(IsFolder ? 0 : Length, ToUnixNs(Modified), Device, Index, ToUnixNs(Changed));

    public static long ToUnixNs(long fileTime) => 100 * Math.Clamp(
        fileTime - UnixEpoch, long.MinValue / 100, long.MaxValue / 100);

    /// <summary>The nearest time Windows can hold; 1601 is its beginning, and 0 would mean "leave it".</summary>
    public static long FromUnixNs(long unixNs) => Math.Max((unixNs / 100) + UnixEpoch, 1);
}
