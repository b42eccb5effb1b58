using System.Security.Cryptography;

namespace PSPeerShare.Core.Files;

/// <summary>
/// A private folder of the home for files that a page hands over to be sent. It makes them, names them and deletes
/// them; it is gone with the process, and what a crash left goes with the next.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class UploadFolder : IDisposable
{
    private const string FolderName = "uploads";
    private const string LockSuffix = ".lock";

    private readonly string _path;
    private readonly SafeRoot _root;
    private readonly FileLock _lock;

    private UploadFolder(string path, SafeRoot root, FileLock @lock)
    {
        _path = path;
        _root = root;
        _lock = @lock;
    }

    /// <summary>Makes a folder of its own below the home, and removes those that nobody holds.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.HomeUnusable"/>.</exception>
    public static UploadFolder Open(string home)
    {
        string all = Path.Combine(home, FolderName);
        OwnerOnly.EnsureFolder(all, PeerError.HomeUnusable);
        RemoveStale(all);
        string path = Path.Combine(all, NewId());
        FileLock held = FileLock.TryTake(path + LockSuffix) ?? throw new PeerShareException(PeerError.HomeUnusable, all);
        OwnerOnly.EnsureFolder(path, PeerError.HomeUnusable);
        return new UploadFolder(path, SafeRoot.Open(path), held);
    }

    /// <summary>Begins a file and reserves its space.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationFull"/>.</exception>
    public StagedFile Stage(long length) => _root.Stage(length);

    /// <summary>Bytes that still fit; null where the system does not say.</summary>
    public long? FreeBytes => FreeSpace.Below(_root);

    /// <summary>Gives a file its name, in a folder of its own so that equal names do not meet.</summary>
    /// <returns>An id for <see cref="Delete"/>, and the full path.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.NameRefused"/>.</exception>
    public (string Id, string Path) Commit(StagedFile file, string name)
    {
        string id = NewId();
        string[] target = [id, name];
        file.Commit(target, CommitMode.NoReplace, null, durable: false, out _);
        return (id, LocalPath.Below(_path, target));
    }

    /// <summary>Deletes a file of this folder.</summary>
    public void Delete(string id) => Remove(Path.Combine(_path, id));

    /// <inheritdoc/>
    public void Dispose()
    {
        _root.Dispose();
        Remove(_path);
        _lock.Dispose();
        Try(() => File.Delete(_path + LockSuffix));
    }

    private static void RemoveStale(string all)
    {
        foreach (string lockPath in Directory.EnumerateFiles(all, "*" + LockSuffix))
        {
            using FileLock? held = FileLock.TryTake(lockPath);
            if (held is not null)
            {
                Remove(lockPath[..^LockSuffix.Length]);
                Try(() => File.Delete(lockPath));
            }
        }
    }

    private static void Remove(string folder) => Try(() => Directory.Delete(folder, recursive: true));

    // What cannot be deleted now is tried again by the next one.
    private static void Try(Action delete)
    {
        try
        {
            delete();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    private static string NewId() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8));
}
