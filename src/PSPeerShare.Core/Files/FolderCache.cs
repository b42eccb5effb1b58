using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>
/// Keeps the folders open that were written to last, so that many small files in one folder cost no walk each.
/// </summary>
/// <remarks>
/// A kept handle goes on meaning the folder that was confined when it was opened, whatever takes its name later. It is
/// used for a fifth of a second, so a folder that a user moves elsewhere does not go on receiving for long.
/// </remarks>
internal sealed class FolderCache : IDisposable
{
    private const int Capacity = 8;
    private const long MaximumAgeMs = 200;

    private readonly Lock _lock = new();
    private readonly List<FolderHandle> _folders = new(Capacity);
    private readonly UnixFileCalls _calls;
    private readonly FolderHandle _root;
    private bool _isDisposed;

    public FolderCache(UnixFileCalls calls, int root)
    {
        _calls = calls;
        _root = new FolderHandle { File = root, Segments = [], IsAnchored = true };
    }

    /// <summary>Takes the root.</summary>
    public FolderLease LeaseRoot()
    {
        lock (_lock)
        {
            return Take(_root);
        }
    }

    /// <summary>Takes a folder if it is still open and fresh.</summary>
    public bool TryLease(ReadOnlySpan<string> segments, out FolderLease lease)
    {
        lock (_lock)
        {
            if (segments.IsEmpty)
            {
                lease = Take(_root);
                return true;
            }

            for (int i = _folders.Count - 1; i >= 0; i--)
            {
                FolderHandle folder = _folders[i];
                if (folder.Segments.AsSpan().SequenceEqual(segments))
                {
                    _folders.RemoveAt(i);
                    if (Environment.TickCount64 - folder.OpenedAt > MaximumAgeMs)
                    {
                        Drop(folder);
                        break;
                    }

                    _folders.Add(folder);
                    lease = Take(folder);
                    return true;
                }
            }
        }

        lease = default;
        return false;
    }

    /// <summary>Adds a folder just opened and takes it. The cache closes the handle, also when this fails.</summary>
    public FolderLease Add(ReadOnlySpan<string> segments, int file)
    {
        FolderHandle folder = new()
        {
            File = file,
            Segments = segments.ToArray(),
            OpenedAt = Environment.TickCount64,
        };
        lock (_lock)
        {
            if (_isDisposed)
            {
                _calls.Close(file);
            }

            FolderLease lease = Take(folder);
            if (_folders.Count == Capacity)
            {
                FolderHandle oldest = _folders[0];
                _folders.RemoveAt(0);
                Drop(oldest);
            }

            _folders.Add(folder);
            return lease;
        }
    }

    /// <summary>Takes a folder that nobody else will use; it closes with the lease.</summary>
    public FolderLease LeaseOnce(int file) =>
        new(this, new FolderHandle { File = file, Segments = [], Leases = 1, IsDropped = true });

    /// <summary>Forgets a folder and all below it, after a sign that its handle is out of date.</summary>
    public void Forget(ReadOnlySpan<string> segments)
    {
        lock (_lock)
        {
            for (int i = _folders.Count - 1; i >= 0; i--)
            {
                FolderHandle folder = _folders[i];
                if (folder.Segments.AsSpan().StartsWith(segments))
                {
                    _folders.RemoveAt(i);
                    Drop(folder);
                }
            }
        }
    }

    /// <summary>Takes a folder that is held already once more.</summary>
    public FolderLease Share(FolderHandle folder)
    {
        lock (_lock)
        {
            return Take(folder);
        }
    }

    /// <summary>Gives a folder back.</summary>
    public void Release(FolderHandle folder)
    {
        lock (_lock)
        {
            if (--folder.Leases == 0 && folder.IsDropped)
            {
                _calls.Close(folder.File);
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            foreach (FolderHandle folder in _folders)
            {
                Drop(folder);
            }

            _folders.Clear();
            Drop(_root);
        }
    }

    private FolderLease Take(FolderHandle folder)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        folder.Leases++;
        return new FolderLease(this, folder);
    }

    private void Drop(FolderHandle folder)
    {
        folder.IsDropped = true;
        if (folder.Leases == 0)
        {
            _calls.Close(folder.File);
        }
    }
}
