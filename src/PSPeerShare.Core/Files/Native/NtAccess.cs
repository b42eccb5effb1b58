namespace PSPeerShare.Core.Files.Native;

/// <summary>Access rights, sharing, dispositions and options of <c>NtCreateFile</c>.</summary>
internal static class NtAccess
{
    public const uint ReadData = 0x1;
    public const uint WriteData = 0x2;
    public const uint ReadAttributes = 0x80;
    public const uint WriteAttributes = 0x100;
    public const uint Delete = 0x10000;
    public const uint Synchronize = 0x100000;

    public const uint ShareRead = 1;
    public const uint ShareReadWrite = 3;
    public const uint ShareDelete = 4;
    public const uint ShareReadDelete = 5;
    public const uint ShareAll = 7;

    public const uint Open = 1;
    public const uint Create = 2;
    public const uint OpenOrCreate = 3;

    public const uint Folder = 0x1;
    public const uint SynchronousIo = 0x20;
    public const uint NotFolder = 0x40;
    public const uint OpenReparsePoint = 0x200000;
}
