using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog.Announced;

/// <summary>One change of a catalog.</summary>
/// <param name="Name">The full share path.</param>
/// <param name="Kind">What happened to it.</param>
/// <param name="Length">Bytes.</param>
/// <param name="ModifiedUnixNs">Nanoseconds since 1970 UTC.</param>
/// <param name="Hash">The content, as far as it is known and may be told.</param>
internal readonly record struct AnnouncedItem(WirePath Name, AnnouncedKind Kind, long Length = 0, long ModifiedUnixNs = 0, ContentHash? Hash = null);

/// <summary>What happened to a name.</summary>
internal enum AnnouncedKind
{
    /// <summary>A file is there.</summary>
    File,

    /// <summary>A folder is there, so no file has the name.</summary>
    Folder,

    /// <summary>Neither it nor anything below it is there any more.</summary>
    Gone,
}
