using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>A file in the staging folder that Windows deletes by itself, should this process end before the commit.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsStagedFile : StagedFile
{
    private const string ZoneStream = "Zone.Identifier";

    private readonly WindowsSafeRoot _root;
    private readonly WindowsStagingFolder _staging;
    private readonly SafeFileHandle _handle;
    private string _name;
    private SafeFileHandle _folder;
    private readonly Lock _reserving = new();
    private long _reserved;
    private bool _isMarked;
    private bool _isCommitted;
    private bool _isKept;

    /// <summary>Makes the file. It takes over one use of the staging folder, unless this fails.</summary>
    public WindowsStagedFile(WindowsSafeRoot root, WindowsStagingFolder staging)
    {
        _root = root;
        _handle = staging.Create(out _name);
        _staging = staging;
        _folder = staging.Own;
        _ = NtFile.SetDeleteOnClose(_handle, true);
    }

    /// <summary>Takes over a file that was kept, and one use of the staging folder.</summary>
    public WindowsStagedFile(WindowsSafeRoot root, WindowsStagingFolder staging, SafeFileHandle kept, string name)
    {
        _root = root;
        _handle = kept;
        _staging = staging;
        _folder = staging.Kept;
        _name = name;
        _isKept = true;
    }

    /// <inheritdoc/>
    public override SafeFileHandle Handle => _handle;

    /// <summary>The mark of the web: this came from another machine. Windows warns before it runs such a file.</summary>
    public static ReadOnlySpan<byte> ZoneMark => "[ZoneTransfer]\r\nZoneId=3\r\n"u8;

    /// <summary>Bytes that are to come, for which space is reserved ahead of what is written; 0 when unknown.</summary>
    public long ExpectedLength { get; init; }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        ReserveAhead(offset + bytes.Length);
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (IOException e)
        {
            throw WindowsErrors.Writing(e, _root.LocalPath);
        }
    }

    /// <inheritdoc/>
    public override void Sync() => Check(NtFile.Flush(_handle), _root.LocalPath);

    /// <summary>Moves the file to the folder that is kept; it is not deleted by disposing any more.</summary>
    public bool TryKeep(SafeFileHandle kept, string name)
    {
        if (NtStatus.IsError(NtFile.SetDeleteOnClose(_handle, false)))
        {
            return false;
        }

        if (NtStatus.IsError(NtFile.Rename(_handle, kept, name, replace: false)))
        {
            _ = NtFile.SetDeleteOnClose(_handle, true);
            return false;
        }

        (_folder, _name, _isKept) = (kept, name, true);
        return true;
    }

    /// <inheritdoc/>
    public override void Commit(
        ReadOnlySpan<string> target, CommitMode mode, long? modifiedUnixNs, bool durable, out string finalName)
    {
        using SafeFileHandle folder = _root.OpenTargetFolder(target);
        string shown = _root.Show(target);

        // A file that is about to be deleted takes neither a mark nor a name.
        Check(NtFile.SetDeleteOnClose(_handle, false), shown);
        try
        {
            Mark();
            if (modifiedUnixNs is long time)
            {
                _ = NtFile.SetModified(_handle, WindowsStat.FromUnixNs(time));
            }

            if (durable)
            {
                Check(NtFile.Flush(_handle), shown);
            }

            Check(Place(folder, target[^1], mode, out finalName), shown);
            _isCommitted = true;
            if (durable)
            {
                // The name is on stable storage once the volume's log is.
                Check(NtFile.Flush(_handle), shown);
            }
        }
        finally
        {
            if (!_isCommitted && !_isKept)
            {
                _ = NtFile.SetDeleteOnClose(_handle, true);
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_handle.IsClosed)
        {
            _handle.Dispose();
            _staging.Release();
        }
    }

    // Setting less than before would cut the file off.
    private void ReserveAhead(long end)
    {
        lock (_reserving)
        {
            if (end <= _reserved || _reserved >= ExpectedLength)
            {
                return;
            }

            _reserved = Math.Min(ExpectedLength, ((end / SpaceAhead.StepBytes) + 1) * SpaceAhead.StepBytes);
            if (end <= _reserved && NtFile.Reserve(_handle, _reserved) is NtStatus.DiskFull or NtStatus.QuotaExceeded)
            {
                throw WindowsErrors.Writing(NtStatus.DiskFull, _root.LocalPath);
            }
        }
    }

    private static void Check(uint status, string shown)
    {
        if (NtStatus.IsError(status))
        {
            throw WindowsErrors.Writing(status, shown);
        }
    }

    private uint Place(SafeFileHandle folder, string name, CommitMode mode, out string finalName)
    {
        finalName = name;
        uint status = NtFile.Rename(_handle, folder, name, replace: false);
        if (status != NtStatus.NameCollision || mode == CommitMode.NoReplace)
        {
            return status;
        }

        if (mode == CommitMode.Replace)
        {
            return IsFolder(folder, name) ? NtStatus.FileIsFolder : NtFile.Rename(_handle, folder, name, replace: true);
        }

        for (int number = 2; status == NtStatus.NameCollision && number <= LocalNames.MaximumFreeNumber; number++)
        {
            finalName = LocalNames.FreeName(name, number);
            status = NtFile.Rename(_handle, folder, finalName, replace: false);
        }

        return status;
    }

    private static bool IsFolder(SafeFileHandle folder, string name)
    {
        uint status = NtFile.Open(
            folder, name, 0, NtAccess.ShareAll, NtAccess.Open, NtAccess.Folder, out SafeFileHandle handle);
        handle.Dispose();
        return !NtStatus.IsError(status);
    }

    private void Mark()
    {
        if (_isMarked || !_staging.HasStreams)
        {
            return;
        }

        Check(WindowsStagingFolder.OpenStream(_folder, _name, ZoneStream, out SafeFileHandle stream), _root.LocalPath);
        using (stream)
        {
            RandomAccess.Write(stream, ZoneMark, 0);
        }

        _isMarked = true;
    }
}
