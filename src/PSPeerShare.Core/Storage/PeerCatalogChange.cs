namespace PSPeerShare.Core.Storage;

/// <summary>One change of a peer's catalog.</summary>
/// <param name="File">The file; of one that is gone only the name counts.</param>
/// <param name="Kind">What happened.</param>
internal readonly record struct PeerCatalogChange(PeerFileRow File, PeerCatalogChangeKind Kind);

/// <summary>What happened to a name.</summary>
internal enum PeerCatalogChangeKind
{
    /// <summary>A file is there, as the row says.</summary>
    Put,

    /// <summary>No file of that name is there any more.</summary>
    NoFile,

    /// <summary>Neither it nor anything below it is there any more.</summary>
    Gone,
}
