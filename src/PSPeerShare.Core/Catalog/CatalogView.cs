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
internal sealed class CatalogView(ShareRegistry registry, Func<ServedShare, bool> isVisible) : IDisposable
{
    private readonly Dictionary<ServedShare, ShareReader> _readers = [];
    private readonly EntrySkips _skips = new();

    /// <summary>The visible shares.</summary>
    public IEnumerable<ServedShare> Shares => registry.All.Where(isVisible);

    /// <summary>Whether the share is still there and visible.</summary>
    public bool IsVisible(string share) => TryFind(share, out _);

    /// <summary>How much was passed over in listing: links, special files, names that cannot travel.</summary>
    public long Skipped => _skips.Total;

    /// <summary>Opens a file.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/> for what is missing or not visible.</exception>
    public SafeFileHandle OpenRead(WirePath name, out FileFacts facts) => Reader(name).OpenRead(name, out facts);

    /// <summary>What lies below a name; <see langword="null"/> is the list of shares.</summary>
    public IEnumerable<CatalogEntry> List(WirePath? name, bool recurse) =>
        name is null ? ListShares(recurse) : Reader(name).List(name, recurse, _skips);

    /// <summary>Size and time of a file, and with <paramref name="withHash"/> the hash of its content.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>, <see cref="PeerError.FileNotReadable"/>, or
    /// <see cref="PeerError.FileChanged"/> while it was hashed.</exception>
    public CatalogEntry Describe(WirePath name, bool withHash, CancellationToken cancellationToken)
    {
        using SafeFileHandle handle = OpenRead(name, out FileFacts facts);
        ContentHash? hash = withHash
            ? FileHashing.HashUnchanged(handle, facts, cancellationToken) ?? throw new PeerShareException(PeerError.FileChanged, name.ToPrintable())
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

    private IEnumerable<CatalogEntry> ListShares(bool recurse)
    {
        foreach (ServedShare share in Shares)
        {
            ShareReader reader;
            if (!WirePath.TryCreate([share.Info.Name], out WirePath? name, out _))
            {
                continue;
            }

            try
            {
                reader = Reader(share);
            }
            catch (PeerShareException)
            {
                // One share whose folder is gone or unreadable does not hide the others.
                continue;
            }

            if (reader.Find(name) is not { } entry)
            {
                continue;
            }

            yield return entry;
            if (recurse && entry.IsFolder)
            {
                foreach (CatalogEntry below in reader.List(name, recurse: true, _skips))
                {
                    yield return below;
                }
            }
        }
    }

    private ShareReader Reader(WirePath name) => TryFind(name.Share, out ServedShare? share)
        ? Reader(share)
        : throw new PeerShareException(PeerError.FileNotFound, name.ToPrintable());

    private ShareReader Reader(ServedShare share)
    {
        if (!_readers.TryGetValue(share, out ShareReader? reader))
        {
            reader = new ShareReader(share);
            _readers.Add(share, reader);
        }

        return reader;
    }

    private bool TryFind(string name, [NotNullWhen(true)] out ServedShare? share)
    {
        share = registry.Find(name);
        return share is not null && isVisible(share);
    }
}
