using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

internal sealed partial class WindowsSafeRoot
{
    private readonly Lock _stagingLock = new();
    private WindowsStagingFolder? _staging;

    /// <inheritdoc/>
    public override void EnsureFolder(ReadOnlySpan<string> segments)
    {
        if (!segments.IsEmpty)
        {
            Refuse(segments);
            OpenOrMake(segments, segments).Dispose();
        }
    }

    /// <inheritdoc/>
    public override StagedFile Stage(long expectedLength)
    {
        if (FreeSpace.Below(this) is { } free && free < expectedLength)
        {
            throw WindowsErrors.Writing(NtStatus.DiskFull, LocalPath);
        }

        WindowsStagingFolder staging = AcquireStaging();
        try
        {
            return new WindowsStagedFile(this, staging) { ExpectedLength = expectedLength };
        }
        catch
        {
            staging.Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public override void MakeDurable(ReadOnlySpan<string> segments)
    {
        // Flushing a file flushes the volume's log, and with it the name; that needs the right to write.
        uint status = OpenForReading(
            segments, NtAccess.ReadData | NtAccess.WriteData, NtAccess.NotFolder, out SafeFileHandle file, out WindowsStat stat);
        using (file)
        {
            if (!NtStatus.IsError(status) && !stat.IsRegular)
            {
                status = NtStatus.NameNotFound;
            }

            status = NtStatus.IsError(status) ? status : NtFile.Flush(file);
            if (NtStatus.IsError(status))
            {
                throw WindowsErrors.Writing(status, Show(segments));
            }
        }
    }

    /// <inheritdoc/>
    public override KeptFolder? OpenKept(bool create)
    {
        WindowsStagingFolder staging = AcquireStaging();
        lock (_stagingLock)
        {
            if (staging.TryOpenKept(create))
            {
                return new WindowsKeptFolder(this, staging);
            }
        }

        staging.Release();
        return null;
    }

    /// <summary>Opens the folder of a target for its commit, and makes it where it is missing.</summary>
    public SafeFileHandle OpenTargetFolder(ReadOnlySpan<string> target)
    {
        Refuse(target);
        return OpenOrMake(target[..^1], target);
    }

    private SafeFileHandle OpenOrMake(ReadOnlySpan<string> segments, ReadOnlySpan<string> target)
    {
        uint status = WindowsFolder.OpenOrMake(_root, segments, out SafeFileHandle folder);
        return NtStatus.IsError(status) ? throw WindowsErrors.Writing(status, Show(target)) : folder;
    }

    private void Refuse(ReadOnlySpan<string> segments)
    {
        GuardWriting(segments);
        foreach (string segment in segments)
        {
            if (LocalNames.WhyNotOnWindows(segment) is string why)
            {
                throw new PeerShareException(PeerError.NameRefused, Show(segments), why);
            }
        }
    }

    private WindowsStagingFolder AcquireStaging()
    {
        lock (_stagingLock)
        {
            ObjectDisposedException.ThrowIf(_root.IsClosed, this);
            _staging ??= WindowsStagingFolder.Open(_root, Show([StagingName]));
            _staging.Acquire();
            return _staging;
        }
    }

    private void CloseStaging()
    {
        lock (_stagingLock)
        {
            _staging?.Release();
            _staging = null;
        }
    }
}
