using System.Runtime.InteropServices;

namespace PSPeerShare.Core.Files.Native;

/// <summary>Flags of <c>openat</c>. They differ between systems and, on Linux, between processors.</summary>
internal static class OpenFlags
{
    public const int ReadOnly = 0;
    public const int ReadWrite = 2;

    public static readonly int Create = Pick(0x40, 0x40, 0x200);
    public static readonly int Exclusive = Pick(0x80, 0x80, 0x800);
    public static readonly int NoTerminal = Pick(0x100, 0x100, 0x20000);
    public static readonly int NonBlocking = Pick(0x800, 0x800, 0x4);
    public static readonly int Folder = Pick(0x10000, 0x4000, 0x100000);
    public static readonly int NoFollow = Pick(0x20000, 0x8000, 0x100);
    public static readonly int CloseOnExec = Pick(0x80000, 0x80000, 0x1000000);

    /// <summary>Linux: a handle to walk through, which needs no read permission. Elsewhere an ordinary handle.</summary>
    public static readonly int PathOnly = Pick(0x200000, 0x200000, 0);

    /// <summary>Linux: a file without a name. Contains <see cref="Folder"/>, as the kernel defines it.</summary>
    public static readonly int Nameless = Pick(0x400000 | 0x10000, 0x400000 | 0x4000, 0);

    private static int Pick(int linux, int linuxArm64, int mac) =>
        OperatingSystem.IsMacOS() ? mac
        : RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? linuxArm64
        : linux;
}
