using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>A staged file without a name, or, where the file system has no such thing, in the staging folder.</summary>
internal sealed partial class UnixStagedFile : StagedFile
{
    private readonly UnixSafeRoot _root;
    private readonly UnixFileCalls _calls;
    private SafeFileHandle _handle;
    private UnixStagingFolder? _staging;
    private string? _stagedName;
    private bool _isKept;
    private SpaceAhead? _ahead;
    private FolderLease? _namedIn;
    private string[] _namedBelow = [];

    /// <summary>Takes over an open file; with a staging folder also one use of that, and the name in it.</summary>
    public UnixStagedFile(UnixSafeRoot root, int file, UnixStagingFolder? staging = null, string? stagedName = null)
    {
        _root = root;
        _calls = root.Calls;
        _handle = new SafeFileHandle(file, ownsHandle: true);
        _staging = staging;
        _stagedName = stagedName;
    }

    /// <inheritdoc/>
    public override SafeFileHandle Handle => _handle;

    /// <summary>Looks whether there is room for so many bytes, and reserves it from now on ahead of what is written.</summary>
    public void Expect(long length)
    {
        using HandleHold held = new(_handle);
        Demand(_calls.FindRoom(held.File, length));
        _ahead = new SpaceAhead(length);
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        using HandleHold held = new(_handle);
        if (TryLeaveHole(held.File, bytes, offset))
        {
            return;
        }

        while (_ahead is not null && _ahead.TryTake(offset, bytes.Length, out long start, out long length))
        {
            // Where the file system cannot reserve, the write tells.
            Demand(_calls.Reserve(held.File, start, length));
        }

        while (!bytes.IsEmpty)
        {
            int written = _calls.Write(held.File, bytes, offset);
            if (written < 0 && written != -Errno.Interrupted)
            {
                throw UnixErrors.Writing(-written, _root.LocalPath);
            }

            if (written > 0)
            {
                bytes = bytes[written..];
                offset += written;
            }
        }
    }

    /// <inheritdoc/>
    public override void Sync()
    {
        using HandleHold held = new(_handle);
        GrowOverHoles(held.File);

        // The framework's flush hides failure.
        if (_calls.Sync(held.File) is < 0 and int error)
        {
            throw UnixErrors.Writing(-error, _root.LocalPath);
        }
    }

    /// <summary>Moves the file to a folder that is kept, under a name that must be free there, and takes over one use
    /// of that folder. It is not deleted by disposing any more.</summary>
    public bool TryKeep(UnixStagingFolder kept, string name)
    {
        using HandleHold held = new(_handle);
        int result = _stagedName is null
            ? _calls.LinkNameless(held.File, kept.File, name)
            : _calls.RenameNoReplace(_staging!.File, _stagedName, kept.File, name);
        if (_stagedName is not null && (result is -Errno.Invalid || result == -Errno.NotImplemented))
        {
            result = _calls.Link(_staging!.File, _stagedName, kept.File, name);
            _ = result < 0 ? result : _calls.Unlink(_staging.File, _stagedName, isFolder: false);
        }

        if (result < 0)
        {
            return false;
        }

        _stagedName = null;
        LeaveStaging();
        (_staging, _stagedName, _isKept) = (kept, name, true);
        return true;
    }

    /// <summary>Says that the name it has now in the staging folder outlives this object.</summary>
    public UnixStagedFile AsKept()
    {
        _isKept = true;
        return this;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_handle.IsClosed)
        {
            LeaveStaging();
            LeaveTarget();
            _handle.Dispose();
        }
    }

    private void Demand(int room)
    {
        if (room == -Errno.NoSpace || room == -Errno.OverQuota || room == -Errno.FileTooBig)
        {
            throw UnixErrors.Writing(-room, _root.LocalPath);
        }
    }

    private void LeaveStaging()
    {
        if (_staging is not null)
        {
            if (_stagedName is not null && !_isKept)
            {
                _ = _calls.Unlink(_staging.File, _stagedName, isFolder: false);
            }

            _stagedName = null;
            _staging.Release();
            _staging = null;
        }
    }
}
