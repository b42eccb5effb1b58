using System.Collections.Concurrent;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// The hash cache: what files held when they had exactly the facts they have now. It opens no file and trusts no
/// fact that a further change could have left as it is.
/// </summary>
/// <remarks>
/// What is remembered is known at once and written soon, many rows a transaction, by a task of its own; a process
/// that is killed forgets the last second. When more comes than can be written, the rest is forgotten.
/// </remarks>
internal sealed partial class ContentIndex : IContentIndex, IAsyncDisposable
{
    /// <summary>The coarsest clock of a file system (FAT); also what git allows for.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);

    private const int MostPaths = 64;

    private readonly StoredCatalog _catalog;
    private readonly TimeProvider _clock;
    private readonly ConcurrentDictionary<(long Device, long Inode), ContentRow> _pending = [];

    public ContentIndex(StoredCatalog catalog, TimeProvider clock)
    {
        _catalog = catalog;
        _clock = clock;
        _writing = Task.Run(WriteAsync);
        AppDomain.CurrentDomain.ProcessExit += OnProcessExit;
    }

    /// <summary>Whether a change from <paramref name="now"/> on cannot leave the file with these times.</summary>
    /// <remarks>A clock that was set back leaves times in the future, and those are not settled either.</remarks>
    public static bool IsSettled(FileFacts facts, DateTimeOffset now) =>
        Math.Max(facts.ModifiedUnixNs, facts.ChangedUnixNs) < ToUnixNs(now - Settling);

    /// <inheritdoc/>
    public bool TryGet(FileFacts facts, out ContentHash root)
    {
        (long Device, long Inode) file = KeyOf(facts);
        ContentRow? row = _pending.GetValueOrDefault(file)
            ?? _catalog.Ask(store => store.Contents.Find(file.Device, file.Inode), null);
        bool isSame = row is not null
            && row.Length == facts.Length && row.Modified == facts.ModifiedUnixNs && row.Changed == facts.ChangedUnixNs;
        root = isSame ? ContentHash.FromBytes(row!.Root) : default;
        return isSame;
    }

    /// <inheritdoc/>
    public Outboard? TreeOf(ContentHash root, long length)
    {
        byte[]? groups = Outboard.SizeFor(length) == 0 ? []
            : _pendingTrees.GetValueOrDefault((root, length))
                ?? _catalog.Ask(store => store.Contents.FindTree(root.ToArray(), length), null);
        return groups is not null && Outboard.TryVerify(root, length, groups, out Outboard? tree) ? tree : null;
    }

    /// <inheritdoc/>
    public void Remember(FileFacts facts, DateTimeOffset readFrom, ContentHash root, Outboard? tree = null)
    {
        // Of a file that is served again and again, the same is learned each time.
        if (IsSettled(facts, readFrom) && !(tree is null && TryGet(facts, out ContentHash known) && known == root))
        {
            Keep(facts, root, tree, null);
        }
    }

    /// <summary>As <see cref="Remember"/>, for what is not known of yet.</summary>
    public void RememberNew(FileFacts facts, DateTimeOffset readFrom, ContentHash root)
    {
        if (IsSettled(facts, readFrom))
        {
            Keep(facts, root, null, null);
        }
    }

    /// <inheritdoc/>
    public void RememberWritten(FileFacts facts, ContentHash root, Outboard? tree, string localPath)
    {
        // Until it had its name nobody else could write to it, and who writes to it after that changes its time to now.
        if (facts.ModifiedUnixNs < ToUnixNs(_clock.GetUtcNow() - Settling))
        {
            Keep(facts, root, tree, localPath);
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<WirePath> SharePathsOf(ContentHash root, long? length) => [.. Holding(root)
        .Where(held => length is null || held.Name.Length == length)
        .Select(held => StoredNames.ToWirePath(held.Name))
        .OfType<WirePath>()];

    /// <inheritdoc/>
    public IReadOnlyList<string> LocalPathsOf(ContentHash root, long length)
    {
        byte[] bytes = root.ToArray();
        List<string> paths = [.. _pending.Values
            .Where(row => row.Path is not null && row.Length == length && row.Root.AsSpan().SequenceEqual(bytes))
            .Select(row => row.Path!)];
        paths.AddRange(_catalog.Ask(store => store.Contents.PathsOf(bytes, length, MostPaths), []));
        paths.AddRange(Holding(root)
            .Where(held => held.Name.Length == length)
            .Select(held => LocalPath.Below(held.SharePath, StoredNames.Segments(held.Name))));
        return [.. paths.Distinct(StringComparer.Ordinal)];
    }

    private List<(StoredName Name, string SharePath)> Holding(ContentHash root) =>
        _catalog.Ask(store => store.Entries.Holding(root.ToArray(), MostPaths), []);

    private static (long Device, long Inode) KeyOf(FileFacts facts) => unchecked(((long)facts.Device, (long)facts.Inode));

    private static long ToUnixNs(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks * 100;

    private void Keep(FileFacts facts, ContentHash root, Outboard? tree, string? localPath)
    {
        // Without an identity another file could be taken for this one.
        if (facts.Inode == 0 || Volatile.Read(ref _pendingRows) >= MostPending)
        {
            Interlocked.Increment(ref _forgotten);
            return;
        }

        (long device, long inode) = KeyOf(facts);
        ContentRow row = new(
            device, inode, facts.Length, facts.ModifiedUnixNs, facts.ChangedUnixNs, root.ToArray(), _clock.GetUtcNow(), localPath);
        if (_pending.TryAdd((device, inode), row))
        {
            if (Interlocked.Increment(ref _pendingRows) == BatchRows)
            {
                _full.TrySetResult();
            }
        }
        else
        {
            // Another name of the same file, or the same again: it counts once. If it was written just now, it counts less.
            _pending[(device, inode)] = row;
        }

        if (tree is { Bytes.IsEmpty: false })
        {
            KeepTree(tree);
        }

        // Threads that hash would wait for each other at the channel.
        if (!_isSignalled)
        {
            _isSignalled = true;
            _signal.Writer.TryWrite(true);
        }
    }
}
