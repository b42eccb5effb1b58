using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

internal sealed partial class UnixSafeRoot
{
    /// <inheritdoc/>
    protected override DestinationNames Probe()
    {
        UnixStagingFolder staging = AcquireStaging();
        try
        {
            return new DestinationNames(
                IsOneFile(staging.File, "probe-a", "PROBE-A"),
                IsOneFile(staging.File, "probe-\u00E9", "probe-e\u0301"),
                !CanHold(staging.File, "probe:"));
        }
        finally
        {
            staging.Release();
        }
    }

    private bool IsOneFile(int folder, string name, string other) =>
        Try(folder, name, () => _calls.Stat(folder, other, out _) >= 0);

    private bool CanHold(int folder, string name) => Try(folder, name, () => true);

    private bool Try(int folder, string name, Func<bool> whileItExists)
    {
        int flags = OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;
        int file = _calls.Open(folder, name, flags, NewFileMode);
        if (file < 0)
        {
            return false;
        }

        bool result = whileItExists();
        _ = _calls.Unlink(folder, name, isFolder: false);
        _calls.Close(file);
        return result;
    }
}
