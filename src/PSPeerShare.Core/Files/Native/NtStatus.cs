namespace PSPeerShare.Core.Files.Native;

/// <summary>The status codes of the Windows kernel that this room tells apart.</summary>
internal static class NtStatus
{
    public const uint NoMoreFiles = 0x80000006;
    public const uint NoSuchFile = 0xC000000F;
    public const uint AccessDenied = 0xC0000022;
    public const uint NameInvalid = 0xC0000033;
    public const uint NameNotFound = 0xC0000034;
    public const uint NameCollision = 0xC0000035;
    public const uint PathNotFound = 0xC000003A;
    public const uint SharingViolation = 0xC0000043;
    public const uint QuotaExceeded = 0xC0000044;
    public const uint DeletePending = 0xC0000056;
    public const uint DiskFull = 0xC000007F;
    public const uint FileIsFolder = 0xC00000BA;
    public const uint NotSameDevice = 0xC00000D4;
    public const uint FolderNotEmpty = 0xC0000101;
    public const uint NotFolder = 0xC0000103;
    public const uint NameTooLong = 0xC0000106;
    public const uint CannotDelete = 0xC0000121;

    public static bool IsError(uint status) => (int)status < 0;
}
