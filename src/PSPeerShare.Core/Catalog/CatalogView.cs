using System.Diagnostics.CodeAnalysis;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// The shares as one peer may see them, for the length of one request. What it may not see is missing.
/// </summary>
/// <remarks>
/// The permission is asked each time a name is used, so that a grant that ends holds at the next name. One thread.
/// </remarks>
internal sealed partial class CatalogView(ShareRegistry registry, IShareAccess access, IContentIndex contents, EntryIndex? stored = null) : IDisposable
{
    private readonly Dictionary<ServedShare, ShareReader> _readers = [];
    private readonly Dictionary<string, EntrySkips> _skips = new(StringComparer.Ordinal);

    // Shares that are being walked, once for each walk.
    private readonly List<ServedShare> _walked = [];

    /// <summary>Whether the name's share is still there and the name visible.</summary>
    public bool IsVisible(WirePath name) => TryFind(name, out _);

    /// <summary>Whether the share is still there and all of it visible, not only some places.</summary>
    public bool IsWhole(string share) => WirePath.TryCreate([share], out WirePath? whole, out _) && IsVisible(whole);

    /// <summary>How much was passed over in listing: links, special files, names that cannot travel.</summary>
    public long Skipped => _skips.Values.Sum(skips => skips.Total);

    /// <summary>How much of it somebody may miss: what cannot be read, and names that cannot travel.</summary>
    public long LeftOut => _skips.Values.Sum(skips => skips.LeftOut);

    /// <summary>By share how much of it was left out, and one folder where: one that may still be seen.</summary>
    public IEnumerable<(WirePath Folder, long Entries)> LeftOutPlaces()
    {
        foreach ((string share, EntrySkips skips) in _skips)
        {
            if (skips.LeftOut > 0
                && (WirePath.TryCreate([share, .. skips.Place ?? []], out WirePath? folder, out _) || WirePath.TryCreate([share], out folder, out _))
                && (IsVisible(folder) || IsOnTheWay(folder)))
            {
                yield return (folder, skips.LeftOut);
            }
        }
    }

    /// <summary>Folders of shares that are held open.</summary>
    internal int OpenReaders => _readers.Count;

    /// <summary>Opens a file.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/> for what is missing or not visible.</exception>
    public SafeFileHandle OpenRead(WirePath name, out FileFacts facts) => Reader(name).OpenRead(name, out facts);

    /// <summary>Size and time of a file, and with <paramref name="withHash"/> the hash of its content.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>, <see cref="PeerError.FileNotReadable"/>, or
    /// <see cref="PeerError.FileChanged"/> while it was hashed.</exception>
    public CatalogEntry Describe(WirePath name, bool withHash, CancellationToken cancellationToken)
    {
        if (!withHash || Reader(name).FactsOf(name) is not { } facts || !contents.TryGet(facts, out ContentHash known))
        {
            return DescribeOpened(name, withHash, cancellationToken);
        }

        return new CatalogEntry(name, IsFolder: false, facts.Length, facts.ModifiedUnixNs, known);
    }

    private CatalogEntry DescribeOpened(WirePath name, bool withHash, CancellationToken cancellationToken)
    {
        using SafeFileHandle handle = OpenRead(name, out FileFacts facts);
        ContentHash? hash = withHash
            ? FileHashing.HashUnchanged(contents, handle, facts, cancellationToken) ?? throw new PeerShareException(PeerError.FileChanged, name.ToPrintable())
            : null;
        return new CatalogEntry(name, IsFolder: false, facts.Length, facts.ModifiedUnixNs, hash);
    }

    /// <summary>The content's hash, read from the file; <see langword="null"/> when it changed meanwhile or is gone.</summary>
    public ContentHash? HashOf(WirePath name, CancellationToken cancellationToken)
    {
        try
        {
            return Describe(name, withHash: true, cancellationToken).Hash;
        }
        catch (PeerShareException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        foreach (ShareReader reader in _readers.Values)
        {
            reader.Dispose();
        }
    }

    private EntrySkips SkipsOf(string share)
    {
        if (!_skips.TryGetValue(share, out EntrySkips? skips))
        {
            _skips.Add(share, skips = new EntrySkips());
        }

        return skips;
    }

    private ShareReader Reader(WirePath name) => TryFind(name, out ServedShare? share)
        ? Reader(share)
        : throw Missing(name);

    private ShareReader Reader(ServedShare share)
    {
        if (!_readers.TryGetValue(share, out ShareReader? reader))
        {
            // Requests may last for days and shares change meanwhile; each reader holds its folder open.
            foreach (ServedShare former in _readers.Keys.Where(known => known.Info.Name == share.Info.Name && !_walked.Contains(known)).ToArray())
            {
                _readers.Remove(former, out ShareReader? unused);
                unused!.Dispose();
            }

            reader = new ShareReader(share);
            _readers.Add(share, reader);
        }

        return reader;
    }

    private bool TryFind(WirePath name, [NotNullWhen(true)] out ServedShare? share)
    {
        share = registry.Find(name.Share);
        return share is not null && access.May(share, name);
    }
}
