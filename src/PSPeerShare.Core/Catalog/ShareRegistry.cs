using System.Collections.Immutable;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// What is served now: the shares of this run and those that persist. It knows names and rules, not who may see them.
/// </summary>
/// <remarks>Any thread; readers see one consistent set.</remarks>
internal sealed class ShareRegistry
{
    private readonly Lock _gate = new();
    private ImmutableSortedDictionary<string, ServedShare> _shares =
        ImmutableSortedDictionary<string, ServedShare>.Empty.WithComparers(StringComparer.Ordinal);

    public IEnumerable<ServedShare> All => _shares.Values;

    public ServedShare? Find(string name) => _shares.GetValueOrDefault(name);

    /// <summary>Adds a share of this run.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.ShareExists"/>.</exception>
    public void Add(ShareInfo info)
    {
        lock (_gate)
        {
            if (_shares.Keys.FirstOrDefault(k => string.Equals(k, info.Name, StringComparison.OrdinalIgnoreCase)) is { } taken)
            {
                throw new PeerShareException(PeerError.ShareExists, taken);
            }

            _shares = _shares.Add(info.Name, new ServedShare(info));
        }
    }

    public bool Remove(string name)
    {
        lock (_gate)
        {
            bool isThere = _shares.ContainsKey(name);
            _shares = _shares.Remove(name);
            return isThere;
        }
    }

    /// <summary>Serves nothing any more.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            _shares = _shares.Clear();
        }
    }

    /// <summary>Replaces the persistent shares by those that the store holds now. What a share of this run is called stays its name.</summary>
    public void ReplacePersistent(IEnumerable<ShareInfo> persistent)
    {
        lock (_gate)
        {
            var kept = _shares.RemoveRange(_shares.Where(s => s.Value.Info.IsPersistent).Select(s => s.Key));
            _shares = kept.AddRange(persistent
                .Where(p => !kept.Keys.Any(k => string.Equals(k, p.Name, StringComparison.OrdinalIgnoreCase)))
                .Select(p => KeyValuePair.Create(p.Name, _shares.GetValueOrDefault(p.Name) is { } same && same.IsOf(p) ? same : new ServedShare(p))));
        }
    }

    /// <summary>Checks what a user wants to share and completes it.</summary>
    /// <param name="options">What.</param>
    /// <param name="isPersistent">Whether it outlives a run.</param>
    /// <param name="isTyped">Whether people write its name in paths, where some characters are wildcards.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.SharePathNotFound"/> or
    /// <see cref="PeerError.ShareNameInvalid"/>.</exception>
    public static ShareInfo Describe(ShareOptions options, bool isPersistent, bool isTyped = true)
    {
        bool? isFile = LocalPath.IsFile(options.Path);
        if (isFile is null)
        {
            throw new PeerShareException(PeerError.SharePathNotFound, options.Path);
        }

        string name = options.Name ?? LocalPath.NameOf(options.Path);
        if (!WirePath.TryCreate([name], out _, out WireNameFault fault) || (isTyped && Wildcard.HasSpecial(name)))
        {
            throw new PeerShareException(PeerError.ShareNameInvalid, name, fault == WireNameFault.None ? "the name has wildcard characters" : WirePath.Explain(fault));
        }

        return new ShareInfo(name, options.Path, options.Peers, options.Exclude, isPersistent, isFile.Value, Problem: null);
    }

    /// <summary>The share with the reason why it cannot be served now, if there is one.</summary>
    public static ShareInfo Inspect(ShareInfo share) => LocalPath.IsFile(share.Path) switch
    {
        null => share with { Problem = "not found" },
        { } isFile when share.Problem is not null => share with { IsSingleFile = isFile, Problem = null },
        var isFile when isFile != share.IsSingleFile => share with { Problem = share.IsSingleFile ? "not a file any more" : "not a folder any more" },
        _ => share with { Problem = null },
    };
}
