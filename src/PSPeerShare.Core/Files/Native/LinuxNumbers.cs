using System.Runtime.InteropServices;

namespace PSPeerShare.Core.Files.Native;

/// <summary>
/// Numbers of the Linux system calls that not every C library wraps (musl has neither openat2 nor renameat2).
/// </summary>
internal static class LinuxNumbers
{
    public const int OpenAt2 = 437;

    public static readonly int Statx = Pick(332, 291);
    public static readonly int RenameAt2 = Pick(316, 276);
    public static readonly int GetDents64 = Pick(217, 61);

    private static int Pick(int x64, int generic) => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => x64,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => generic,
        _ => throw new PlatformNotSupportedException("Linux is supported on 64-bit x86, Arm, RISC-V and LoongArch."),
    };
}
