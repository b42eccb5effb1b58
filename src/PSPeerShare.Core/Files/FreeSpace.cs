namespace PSPeerShare.Core.Files;

/// <summary>How much room a root's file system has.</summary>
internal static class FreeSpace
{
    /// <summary>Bytes that this user may still write below a root; <see langword="null"/> where the system does not say.</summary>
    public static long? Below(SafeRoot root)
    {
        try
        {
            return new DriveInfo(root.LocalPath).AvailableFreeSpace;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }
}
