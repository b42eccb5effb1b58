using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

internal sealed partial class UnixSafeRoot
{
    /// <summary>Read and write for all, less the user's mask; nothing that arrives is executable.</summary>
    public const int NewFileMode = 0x1B6;

    // Below this, reserving costs more than the early answer is worth: the write itself tells.
    private const long MinimumReserveBytes = 128 * 1024;

    private readonly Lock _stagingLock = new();
    private UnixStagingFolder? _staging;
    private bool _isCleaned;
    private volatile bool _hasNoNameless;

    /// <summary>The calls, for the files that are staged here.</summary>
    public UnixFileCalls Calls => _calls;

    /// <inheritdoc/>
    public override void EnsureFolder(ReadOnlySpan<string> segments)
    {
        if (!segments.IsEmpty)
        {
            GuardWriting(segments);
            LeaseOrMake(segments).Dispose();
        }
    }

    /// <inheritdoc/>
    public override StagedFile Stage(long expectedLength)
    {
        CleanOnce();
        UnixStagedFile file = StageNameless() ?? StageNamed();
        try
        {
            if (expectedLength >= MinimumReserveBytes)
            {
                file.Expect(expectedLength);
            }

            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens the folder of a target for its commit, and makes it where it is missing.</summary>
    public FolderLease LeaseTarget(ReadOnlySpan<string> target)
    {
        GuardWriting(target);
        return LeaseOrMake(target[..^1]);
    }

    /// <summary>Forgets the folder of a target whose handle turned out to be of a removed folder.</summary>
    public void ForgetTarget(ReadOnlySpan<string> target) => _folders.Forget(target[..^1]);

    /// <inheritdoc/>
    public override void MakeDurable(ReadOnlySpan<string> segments)
    {
        using SafeFileHandle file = OpenRead(segments, out _);
        using HandleHold held = new(file);
        if (_calls.Sync(held.File) is < 0 and int error)
        {
            throw UnixErrors.Writing(-error, Show(segments));
        }

        using FolderLease folder = LeaseTarget(segments);
        MakeNamesDurable(folder, segments[..^1]);
    }

    /// <summary>Makes the entries of a folder durable, its own name and those of all above it.</summary>
    public void MakeNamesDurable(FolderLease lease, ReadOnlySpan<string> folder)
    {
        SyncFolder(lease, folder);
        if (!lease.IsAnchored)
        {
            Anchor(folder);
            lease.SetAnchored();
        }
    }

    private void Anchor(ReadOnlySpan<string> folder)
    {
        List<FolderLease> synced = [];
        try
        {
            for (int length = folder.Length - 1; length >= 0; length--)
            {
                FolderLease above = LeaseOrMake(folder[..length]);
                synced.Add(above);
                SyncFolder(above, folder[..length]);
                if (above.IsAnchored)
                {
                    break;
                }
            }

            // Only now: others stop at the first folder that has the mark.
            foreach (FolderLease above in synced)
            {
                above.SetAnchored();
            }
        }
        finally
        {
            synced.ForEach(static above => above.Dispose());
        }
    }

    private void SyncFolder(FolderLease lease, ReadOnlySpan<string> folder)
    {
        int result = _calls.Sync(lease.File);

        // Some file systems do not sync folders at all; they have no other way to make a name durable.
        if (result < 0 && result != -Errno.Invalid)
        {
            throw UnixErrors.Writing(-result, Show(folder));
        }
    }

    /// <summary>The staging folder of this root, open and counted; the caller releases it.</summary>
    public UnixStagingFolder AcquireStaging()
    {
        lock (_stagingLock)
        {
            _staging ??= UnixStagingFolder.Open(_calls, _folders.LeaseRoot(), Show([StagingName]));
            _staging.Acquire();
            return _staging;
        }
    }

    /// <inheritdoc/>
    public override KeptFolder? OpenKept(bool create)
    {
        CleanOnce();
        UnixStagingFolder? folder = UnixStagingFolder.OpenKept(_calls, _folders.LeaseRoot(), Show([StagingName]), create);
        return folder is null ? null : new UnixKeptFolder(this, folder);
    }

    private UnixStagedFile? StageNameless()
    {
        if (_hasNoNameless)
        {
            return null;
        }

        using FolderLease root = _folders.LeaseRoot();
        int file = _calls.OpenNameless(root.File, NewFileMode);
        if (file >= 0)
        {
            return new UnixStagedFile(this, file);
        }

        // Says no: the file system (NotSupported), an old kernel (IsFolder, Invalid) or the folder itself.
        if (file is -Errno.IsFolder or -Errno.Invalid or -Errno.NoEntry
            || file == -Errno.NotSupported || file == -Errno.NotImplemented)
        {
            _hasNoNameless = true;
            return null;
        }

        throw UnixErrors.Writing(-file, Show([]));
    }

    private UnixStagedFile StageNamed()
    {
        UnixStagingFolder staging = AcquireStaging();
        try
        {
            return new UnixStagedFile(this, staging.Create(NewFileMode, out string name), staging, name);
        }
        catch
        {
            staging.Release();
            throw;
        }
    }

    private bool TryLease(ReadOnlySpan<string> segments, out FolderLease lease, out int error)
    {
        error = 0;
        if (_folders.TryLease(segments, out lease))
        {
            return true;
        }

        int file = OpenFolder(segments);
        error = file < 0 ? -file : 0;
        lease = file < 0 ? default : _folders.Add(segments, file);
        return file >= 0;
    }

    private FolderLease LeaseOrMake(ReadOnlySpan<string> segments, bool isSecondTry = false)
    {
        if (TryLease(segments, out FolderLease lease, out int error))
        {
            return lease;
        }

        if (error != Errno.NoEntry)
        {
            throw UnixErrors.Writing(error, Show(segments));
        }

        using FolderLease parent = LeaseOrMake(segments[..^1]);
        int result = _calls.MakeFolder(parent.File, segments[^1], FolderMode);
        if (result == -Errno.NoEntry && !isSecondTry)
        {
            // The folder above was open from before and has been removed since.
            _folders.Forget(segments[..^1]);
            return LeaseOrMake(segments, isSecondTry: true);
        }

        if (result < 0 && result != -Errno.Exists)
        {
            throw UnixErrors.Writing(-result, Show(segments));
        }

        int file = _calls.Open(
            parent.File, segments[^1], OpenFlags.ReadOnly | OpenFlags.Folder | OpenFlags.NoFollow);
        return file >= 0 ? _folders.Add(segments, file) : throw UnixErrors.Writing(-file, Show(segments));
    }

    private void CleanOnce()
    {
        lock (_stagingLock)
        {
            if (_isCleaned)
            {
                return;
            }

            _isCleaned = true;
        }

        using FolderLease root = _folders.LeaseRoot();
        UnixStagingFolder.Clean(_calls, root.File);
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
