using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

/// <summary>A file or folder below a share.</summary>
/// <param name="Name">Its full share path.</param>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Length">Bytes; 0 for a folder.</param>
/// <param name="ModifiedUnixNs">When it was last changed, in nanoseconds since 1970 UTC.</param>
/// <param name="Hash">Its content, when known.</param>
internal sealed record CatalogEntry(WirePath Name, bool IsFolder, long Length, long ModifiedUnixNs, ContentHash? Hash = null)
{
    /// <summary>What was seen of the file itself, where somebody looked at it.</summary>
    public FileFacts? Facts { get; init; }
}
