using PSPeerShare.Core.Files;

namespace PSPeerShare.Core.Catalog;

/// <summary>A share as it is served: its rules, compiled once.</summary>
internal sealed class ServedShare
{
    private readonly Wildcard[] _exclude;

    public ServedShare(ShareInfo info)
    {
        Info = info;
        _exclude = [.. info.Exclude.Select(Wildcard.Parse)];
    }

    public ShareInfo Info { get; }

    /// <summary>Whether it is a file. Where nothing was when the share was loaded, what is there now decides.</summary>
    public bool IsSingleFile => Info.Problem is null ? Info.IsSingleFile : LocalPath.IsFile(Info.Path) == true;

    /// <summary>Whether it is served by exactly these rules.</summary>
    public bool IsOf(ShareInfo info) =>
        Info with { Peers = null, Exclude = info.Exclude } == info with { Peers = null }
        && Info.Exclude.SequenceEqual(info.Exclude, StringComparer.Ordinal)
        && (Info.Peers is null ? info.Peers is null : info.Peers is not null && Info.Peers.SequenceEqual(info.Peers));

    /// <summary>Whether a name below the share is left out; a folder that is takes all below it along.</summary>
    public bool IsExcluded(string segment)
    {
        // Asked of every name: a lambda would be an object each time.
        foreach (Wildcard pattern in _exclude)
        {
            if (pattern.IsMatch(segment))
            {
                return true;
            }
        }

        return false;
    }
}
