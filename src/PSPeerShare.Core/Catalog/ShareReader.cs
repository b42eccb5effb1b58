using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// Reads one share through a handle of its folder: looks names up, walks folders, opens files. What the share leaves
/// out does not exist for it.
/// </summary>
/// <remarks>Any thread. It sees the folder that was there when it was opened, also when another takes its place.</remarks>
internal sealed class ShareReader : IDisposable
{
    private readonly ServedShare _share;
    private readonly SafeRoot _root;
    private readonly string? _fileName;

    /// <summary>Opens the share's folder.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/> when it is not there any more.</exception>
    public ShareReader(ServedShare share)
    {
        _share = share;
        try
        {
            // A link that the local user names is followed, here and nowhere below.
            string path = LocalPath.Resolve(share.Info.Path);
            if (share.IsSingleFile)
            {
                _fileName = LocalPath.NameOf(path);
                _root = SafeRoot.Open(LocalPath.FolderOf(path));
            }
            else
            {
                _root = SafeRoot.Open(path);
            }
        }
        catch (PeerShareException e) when (e.Error is PeerError.PathNotFound or PeerError.DestinationInvalid)
        {
            throw new PeerShareException(PeerError.FileNotFound, share.Info.Name, "the share's folder is gone", e);
        }
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>, <see cref="PeerError.FileNotReadable"/>.</exception>
    public SafeFileHandle OpenRead(WirePath name, out FileFacts facts) =>
        TryLocalize(name, out string[] segments) && segments.Length > 0
            ? _root.OpenRead(segments, out facts)
            : throw new PeerShareException(PeerError.FileNotFound, name.ToPrintable());

    /// <summary>Opens a folder of the share to read files that the share does not leave out; a share that is a file has none.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>, <see cref="PeerError.FileNotReadable"/>.</exception>
    public ReadableFolder OpenFolder(string[] folder) => _fileName is null && !Array.Exists(folder, _share.IsExcluded)
        ? _root.OpenFolder(folder)
        : throw new PeerShareException(PeerError.FileNotFound, _share.Info.Name);

    /// <summary>Whether the share leaves out what has this name.</summary>
    public bool IsExcluded(string name) => _share.IsExcluded(name);

    /// <summary>The facts of the file of that name, without opening it; <see langword="null"/> when there is none.</summary>
    public FileFacts? FactsOf(WirePath name) =>
        TryLocalize(name, out string[] segments) && _root.TryStat(segments, out EntryFacts facts) && !facts.IsFolder ? facts.Facts : null;

    /// <summary>The entry of that name, or <see langword="null"/>.</summary>
    public CatalogEntry? Find(WirePath name)
    {
        if (!TryLocalize(name, out string[] segments) || !_root.TryStat(segments, out EntryFacts facts))
        {
            return null;
        }

        return new CatalogEntry(name, facts.IsFolder, facts.IsFolder ? 0 : facts.Facts.Length, facts.Facts.ModifiedUnixNs) { Facts = facts.Facts };
    }

    /// <summary>What lies below a folder, or the file itself where the name is a file's; streamed, nothing is held.</summary>
    /// <param name="name">The folder or file.</param>
    /// <param name="recurse">Whether to go into folders.</param>
    /// <param name="skips">Counts what is passed over.</param>
    /// <param name="isWanted">Whether files of a name are wanted at all; others may be left out.</param>
    public IEnumerable<CatalogEntry> List(WirePath name, bool recurse, EntrySkips skips, Predicate<string>? isWanted = null)
    {
        CatalogEntry? entry = Find(name);
        return entry switch
        {
            null => throw new PeerShareException(PeerError.FileNotFound, name.ToPrintable()),
            { IsFolder: false } => [entry],
            _ => Walk(name, recurse, skips, isWanted),
        };
    }

    /// <summary>What one folder of the share holds, without what the share leaves out; nothing for a share that is a file.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>, <see cref="PeerError.FileNotReadable"/>.</exception>
    public IEnumerable<FolderEntry> Entries(string[] folder, EntrySkips skips) => _fileName is not null ? []
        : Array.Exists(folder, _share.IsExcluded) ? throw new PeerShareException(PeerError.FileNotFound, _share.Info.Name)
        : _root.Enumerate(folder, recurse: false, skips, e => _share.IsExcluded(e.Name));

    public void Dispose() => _root.Dispose();

    private IEnumerable<CatalogEntry> Walk(WirePath folder, bool recurse, EntrySkips skips, Predicate<string>? isWanted)
    {
        TryLocalize(folder, out string[] segments);
        string[]? seen = null;
        WirePath? at = null;
        foreach (FolderEntry entry in _root.Enumerate(segments, recurse, skips, e => _share.IsExcluded(e.Name), isWanted))
        {
            // The entries of a folder share its segments.
            if (!ReferenceEquals(seen, entry.Folder))
            {
                seen = entry.Folder;
                WirePath.TryCreate([folder.Share, .. entry.Folder], out at, out _);
            }

            if (at is not null && at.TryAppend(entry.Name, out WirePath? name, out _))
            {
                yield return new CatalogEntry(name, entry.IsFolder, entry.Length, entry.ModifiedUnixNs) { Facts = entry.Facts };
            }
            else
            {
                skips.AddUnnameable(segments);
            }
        }
    }

    /// <summary>The segments below the root; false for what the share leaves out.</summary>
    private bool TryLocalize(WirePath name, out string[] segments)
    {
        if (_fileName is not null)
        {
            segments = [_fileName];
            return name.Count == 1;
        }

        segments = name.BelowShare.ToArray();
        return !Array.Exists(segments, _share.IsExcluded);
    }
}
