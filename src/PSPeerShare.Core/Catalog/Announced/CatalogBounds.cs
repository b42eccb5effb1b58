using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog.Announced;

/// <summary>How much is kept of what peers announce.</summary>
/// <param name="Entries">Files of one peer.</param>
/// <param name="Bytes">What their rows take.</param>
/// <param name="EntriesOfAll">Files of all peers.</param>
internal sealed record CatalogBounds(long Entries, long Bytes, long EntriesOfAll)
{
    public static CatalogBounds Default { get; } = new(Limits.CatalogEntries, Limits.CatalogBytes, Limits.CatalogEntriesOfAll);
}
