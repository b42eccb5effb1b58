using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Catalog;

/// <summary>A peer's filter, compiled: which entries it asks for.</summary>
internal sealed class EntryQuery
{
    private readonly Wildcard[] _names;
    private readonly Wildcard[] _paths;
    private readonly EntryFilter _filter;

    private EntryQuery(EntryFilter filter)
    {
        _filter = filter;
        _names = [.. filter.Names.Select(Wildcard.Parse)];
        _paths = [.. filter.Paths.Select(Wildcard.Parse)];
        Hash = filter.Hash.Length == ContentHash.SizeInBytes ? ContentHash.FromBytes(filter.Hash.Span) : null;
    }

    /// <summary>The content that is looked for, if any; whoever lists has to compare it.</summary>
    public ContentHash? Hash { get; }

    /// <summary>Compiles a filter; a missing one accepts everything.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.RequestRefused"/>: more text than can be matched
    /// against every name.</exception>
    public static EntryQuery From(EntryFilter? filter)
    {
        if (filter is null)
        {
            return new EntryQuery(new EntryFilter());
        }

        int chars = filter.Names.Concat(filter.Paths).Sum(pattern => pattern.Length + 1);
        return chars <= Limits.FilterChars
            ? new EntryQuery(filter)
            : throw new PeerShareException(PeerError.RequestRefused, detail: $"wildcards of {chars} characters; {Limits.FilterChars} are the most");
    }

    /// <summary>The patterns on names; a name that matches any is asked for.</summary>
    public IReadOnlyList<Wildcard> Names => _names;

    /// <summary>Whether the name alone is asked for, whatever the size and time.</summary>
    public bool AcceptsName(WirePath name) => AcceptsName(name.Name) && (_paths.Length == 0 || MatchesPath(name));

    /// <summary>Whether a file of that name may be asked for, wherever it lies.</summary>
    public bool AcceptsName(string name)
    {
        // Asked of every name: a lambda would be an object each time.
        foreach (Wildcard pattern in _names)
        {
            if (pattern.IsMatch(name))
            {
                return true;
            }
        }

        return _names.Length == 0;
    }

    /// <summary>Whether known hashes are wanted of small files as well.</summary>
    public bool WantsHash => _filter.WantHash;

    /// <summary>Everything but <see cref="Hash"/>.</summary>
    public bool Accepts(CatalogEntry entry) =>
        AcceptsName(entry.Name) && (entry.IsFolder || AcceptsFacts(entry.Length, entry.ModifiedUnixNs));

    /// <summary>The same for a file that somebody else has described.</summary>
    public bool Accepts(WirePath name, long length, long modifiedUnixNs) => AcceptsName(name) && AcceptsFacts(length, modifiedUnixNs);

    private bool MatchesPath(WirePath name)
    {
        string text = name.ToString();
        return Array.Exists(_paths, p => p.IsMatch(text));
    }

    private bool AcceptsFacts(long length, long modifiedUnixNs) =>
        !(_filter.HasMinimumLength && length < _filter.MinimumLength)
        && !(_filter.HasMaximumLength && length > _filter.MaximumLength)
        && !(_filter.HasModifiedAfterUnixNs && modifiedUnixNs < _filter.ModifiedAfterUnixNs)
        && !(_filter.HasModifiedBeforeUnixNs && modifiedUnixNs > _filter.ModifiedBeforeUnixNs);
}
