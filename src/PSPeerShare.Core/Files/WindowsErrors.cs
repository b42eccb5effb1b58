using System.Globalization;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>Turns status codes of Windows into failures a user can act on.</summary>
internal static class WindowsErrors
{
    private const int DiskFull = unchecked((int)0x80070070);
    private const int HandleDiskFull = unchecked((int)0x80070027);

    /// <summary>A name below a root could not be read. What is no folder or regular file counts as missing.</summary>
    public static PeerShareException Reading(uint status, string target) =>
        IsMissing(status)
            ? new PeerShareException(PeerError.FileNotFound, target)
            : new PeerShareException(PeerError.FileNotReadable, target, Text(status));

    /// <summary>Something could not be made, written or named below a root.</summary>
    public static PeerShareException Writing(uint status, string target)
    {
        PeerError error = status switch
        {
            NtStatus.DiskFull or NtStatus.QuotaExceeded => PeerError.DestinationFull,
            NtStatus.NameCollision => PeerError.DestinationExists,
            NtStatus.NotFolder or NtStatus.FileIsFolder or NtStatus.NotSameDevice => PeerError.DestinationInvalid,
            NtStatus.NameInvalid or NtStatus.NameTooLong => PeerError.NameRefused,
            _ => PeerError.DestinationNotWritable,
        };
        return new PeerShareException(error, target, Text(status));
    }

    /// <summary>The framework could not write an open file.</summary>
    public static PeerShareException Writing(IOException e, string target) => new(
        e.HResult is DiskFull or HandleDiskFull ? PeerError.DestinationFull : PeerError.DestinationNotWritable,
        target,
        e.Message,
        e);

    /// <summary>Whether the answer means that there is no such folder or regular file.</summary>
    public static bool IsMissing(uint status) => status is NtStatus.NameNotFound or NtStatus.PathNotFound
        or NtStatus.NoSuchFile or NtStatus.NameInvalid or NtStatus.FileIsFolder or NtStatus.NotFolder
        or NtStatus.DeletePending or NtStatus.NameTooLong;

    private static string Text(uint status) => status switch
    {
        NtStatus.AccessDenied => "access is denied",
        NtStatus.SharingViolation => "another program uses it",
        NtStatus.DiskFull => "the disk is full",
        _ => string.Create(CultureInfo.InvariantCulture, $"status 0x{status:X8}"),
    };
}
