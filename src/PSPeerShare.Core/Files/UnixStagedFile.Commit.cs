using System.Text;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

internal sealed partial class UnixStagedFile
{
    private const int CopyBytes = 256 * 1024;

    /// <inheritdoc/>
    public override void Commit(
        ReadOnlySpan<string> target, CommitMode mode, long? modifiedUnixNs, bool durable, out string finalName)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        Complete(modifiedUnixNs, durable);
        Name(target, mode, modifiedUnixNs, durable, out finalName);
        if (durable)
        {
            SyncName();
        }
    }

    /// <inheritdoc/>
    public override void Prepare(long? modifiedUnixNs)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        Complete(modifiedUnixNs, durable: false);
        using HandleHold held = new(_handle);

        // What it says of the disk it may not say again; what it says of itself, only that it cannot.
        int result = _calls.BeginWriting(held.File);
        if (result is -Errno.Io or -Errno.NoSpace || result == -Errno.OverQuota)
        {
            throw UnixErrors.Writing(-result, _root.LocalPath);
        }
    }

    /// <inheritdoc/>
    public override void CommitSynced(ReadOnlySpan<string> target, CommitMode mode, long? modifiedUnixNs, out string finalName) =>
        Name(target, mode, modifiedUnixNs, durable: true, out finalName);

    /// <inheritdoc/>
    public override object? NamedIn => _namedIn?.Folder;

    /// <inheritdoc/>
    public override void SyncName()
    {
        if (_namedIn is { } folder)
        {
            _root.MakeNamesDurable(folder, _namedBelow);
            LeaveTarget();
        }
    }

    private void LeaveTarget()
    {
        _namedIn?.Dispose();
        _namedIn = null;
    }

    private void Name(ReadOnlySpan<string> target, CommitMode mode, long? modifiedUnixNs, bool durable, out string finalName)
    {
        int result = TryCommit(target, mode, modifiedUnixNs, durable, isLastTry: false, out finalName);
        if (result is -Errno.NoEntry || result == -Errno.Stale)
        {
            // The folder was open from before and has been removed since.
            _root.ForgetTarget(target);
            result = TryCommit(target, mode, modifiedUnixNs, durable, isLastTry: true, out finalName);
        }

        if (result < 0)
        {
            throw UnixErrors.Writing(-result, _root.Show(target));
        }
    }

    private int TryCommit(
        ReadOnlySpan<string> target,
        CommitMode mode,
        long? modifiedUnixNs,
        bool durable,
        bool isLastTry,
        out string finalName)
    {
        using FolderLease folder = _root.LeaseTarget(target);
        int result = Place(folder.File, target[^1], mode, out finalName);
        if (result == -Errno.CrossDevice || (_stagedName is null && CannotLink(result, isLastTry)))
        {
            CopyTo(folder, target, modifiedUnixNs, durable);
            result = Place(folder.File, target[^1], mode, out finalName);
        }

        if (result < 0)
        {
            return result;
        }

        _stagedName = null;
        LeaveStaging();
        if (durable)
        {
            // The very folder, whatever has its path by the time it is synced.
            LeaveTarget();
            (_namedIn, _namedBelow) = (folder.Share(), target[..^1].ToArray());
        }

        return result;
    }

    // Without /proc an unprivileged process cannot name a file on an old kernel; that answer, too, is NoEntry.
    private static bool CannotLink(int result, bool isLastTry) =>
        result is -Errno.NotPermitted || result == -Errno.NotSupported || (result == -Errno.NoEntry && isLastTry);

    private void Complete(long? modifiedUnixNs, bool durable)
    {
        using (HandleHold whole = new(_handle))
        {
            GrowOverHoles(whole.File);
        }

        if (modifiedUnixNs is long time)
        {
            // Some mounts refuse times; the content counts for more.
            using HandleHold held = new(_handle);
            _ = _calls.SetModified(held.File, time);
        }

        if (durable)
        {
            Sync();
        }
    }

    private int Place(int folder, string name, CommitMode mode, out string finalName)
    {
        finalName = name;
        int result = PlaceNew(folder, name);
        if (result != -Errno.Exists || mode == CommitMode.NoReplace)
        {
            return result;
        }

        if (mode == CommitMode.Replace)
        {
            return Replace(folder, name);
        }

        for (int number = 2; result == -Errno.Exists && number <= LocalNames.MaximumFreeNumber; number++)
        {
            finalName = LocalNames.FreeName(name, number);
            result = PlaceNew(folder, finalName);
        }

        return result;
    }

    private int PlaceNew(int folder, string name)
    {
        if (_stagedName is null)
        {
            using HandleHold held = new(_handle);
            return _calls.LinkNameless(held.File, folder, name);
        }

        int result = _calls.RenameNoReplace(_staging!.File, _stagedName, folder, name);
        if (result is -Errno.Invalid || result == -Errno.NotImplemented)
        {
            // A hard link cannot replace anything either; Dispose removes the staged name.
            result = _calls.Link(_staging.File, _stagedName, folder, name);
            if (result >= 0)
            {
                _ = _calls.Unlink(_staging.File, _stagedName, isFolder: false);
            }
        }

        return result;
    }

    /// <summary>Takes the place of a file or of a link itself; the kernel refuses when it is a folder.</summary>
    private int Replace(int folder, string name)
    {
        // A device or a pipe is something to write into, not something to put a file in the place of.
        if (_calls.Stat(folder, Encoding.UTF8.GetBytes(name + '\0'), out UnixStat there) >= 0 && there is { IsRegular: false, IsLink: false, IsFolder: false })
        {
            throw new PeerShareException(PeerError.DestinationInvalid, name, "it is a device, a pipe or a socket");
        }

        if (_stagedName is null)
        {
            _staging ??= _root.AcquireStaging();
            string staged = _staging.NextName();
            using HandleHold held = new(_handle);
            int result = _calls.LinkNameless(held.File, _staging.File, staged);
            if (result < 0)
            {
                return result;
            }

            _stagedName = staged;
        }

        return _calls.Rename(_staging!.File, _stagedName, folder, name);
    }

    /// <summary>The target's folder is a mount of its own, say: goes on with a copy that is staged in there.</summary>
    private void CopyTo(FolderLease folder, ReadOnlySpan<string> target, long? modifiedUnixNs, bool durable)
    {
        string shown = _root.Show(target);
        UnixStagingFolder staging = UnixStagingFolder.Open(_calls, folder.Share(), shown);
        UnixStagedFile copy;
        try
        {
            copy = new UnixStagedFile(_root, staging.Create(UnixSafeRoot.NewFileMode, out string name), staging, name);
        }
        catch
        {
            staging.Release();
            throw;
        }

        try
        {
            using HandleHold held = new(_handle);
            byte[] buffer = new byte[CopyBytes];
            long offset = 0;
            for (int read; (read = _calls.Read(held.File, buffer, offset)) != 0; offset += read)
            {
                if (read < 0)
                {
                    throw UnixErrors.Writing(-read, shown);
                }

                copy.Write(buffer.AsSpan(0, read), offset);
            }

            copy.Complete(modifiedUnixNs, durable);
        }
        catch
        {
            copy.Dispose();
            throw;
        }

        (_handle, copy._handle) = (copy._handle, _handle);
        (_staging, copy._staging) = (copy._staging, _staging);
        (_stagedName, copy._stagedName) = (copy._stagedName, _stagedName);
        (_isKept, copy._isKept) = (copy._isKept, _isKept);
        copy.Dispose();
    }
}
