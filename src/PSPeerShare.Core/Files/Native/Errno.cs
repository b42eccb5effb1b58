namespace PSPeerShare.Core.Files.Native;

/// <summary>The error numbers that this room tells apart. They differ between Linux and macOS.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int Interrupted = 4;
    public const int Io = 5;
    public const int NoDevice = 6;
    public const int AccessDenied = 13;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotFolder = 20;
    public const int IsFolder = 21;
    public const int Invalid = 22;
    public const int FileTooBig = 27;
    public const int NoSpace = 28;
    public const int ReadOnly = 30;

    public static readonly int Again = Pick(11, 35);
    public static readonly int NameTooLong = Pick(36, 63);
    public static readonly int NotImplemented = Pick(38, 78);
    public static readonly int NotEmpty = Pick(39, 66);
    public static readonly int Loop = Pick(40, 62);
    public static readonly int BadSequence = Pick(84, 92);
    public static readonly int NotSupported = Pick(95, 45);
    public static readonly int Stale = Pick(116, 70);
    public static readonly int OverQuota = Pick(122, 69);

    private static int Pick(int linux, int mac) => OperatingSystem.IsMacOS() ? mac : linux;
}
