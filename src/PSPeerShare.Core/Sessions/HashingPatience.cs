namespace PSPeerShare.Core.Sessions;

/// <summary>How long a peer may say nothing that may have to read a file first to answer.</summary>
internal static class HashingPatience
{
    /// <summary>A disk that is slower than this, in bytes a second, is broken.</summary>
    private const double SlowestDisk = 8 << 20;

    private static readonly TimeSpan Answer = TimeSpan.FromSeconds(30);

    /// <summary>For a file of so many bytes.</summary>
    public static TimeSpan For(long length) => Answer + TimeSpan.FromSeconds(length / SlowestDisk);
}
