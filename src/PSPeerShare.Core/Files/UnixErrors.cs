using System.Runtime.InteropServices;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>Turns error numbers of system calls into failures a user can act on.</summary>
internal static class UnixErrors
{
    /// <summary>A name below a root could not be read. What is no folder or regular file counts as missing.</summary>
    public static PeerShareException Reading(int error, string target) =>
        IsMissing(error)
            ? new PeerShareException(PeerError.FileNotFound, target)
            : new PeerShareException(PeerError.FileNotReadable, target, Text(error));

    /// <summary>A root itself could not be opened.</summary>
    public static PeerShareException OpeningRoot(int error, string path) => error switch
    {
        Errno.NoEntry => new PeerShareException(PeerError.PathNotFound, path),
        Errno.NotFolder => new PeerShareException(PeerError.DestinationInvalid, path, "it is not a folder"),
        _ => new PeerShareException(PeerError.PathNotReadable, path, Text(error)),
    };

    /// <summary>Something could not be made, written or named below a root.</summary>
    public static PeerShareException Writing(int error, string target)
    {
        PeerError kind =
            error is Errno.NoSpace or Errno.FileTooBig || error == Errno.OverQuota ? PeerError.DestinationFull
            : error == Errno.Exists ? PeerError.DestinationExists
            : error is Errno.NotFolder or Errno.IsFolder or Errno.CrossDevice || error == Errno.Loop
                || error == Errno.NotEmpty ? PeerError.DestinationInvalid
            : error == Errno.Invalid || error == Errno.NameTooLong || error == Errno.BadSequence ? PeerError.NameRefused
            : PeerError.DestinationNotWritable;
        return new PeerShareException(kind, target, Text(error));
    }

    /// <summary>Whether the answer means that there is no such folder or regular file.</summary>
    public static bool IsMissing(int error) =>
        error is Errno.NoEntry or Errno.NotFolder or Errno.IsFolder or Errno.NoDevice or Errno.CrossDevice
            || error == Errno.Loop || error == Errno.NameTooLong || error == Errno.Stale;

    private static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);
}
