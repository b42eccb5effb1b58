namespace PSPeerShare.Core.Files;

/// <summary>An open folder in a <see cref="FolderCache"/>, which guards all of its fields.</summary>
internal sealed class FolderHandle
{
    public required int File { get; init; }

    public required string[] Segments { get; init; }

    public long OpenedAt { get; init; }

    public int Leases { get; set; }

    public bool IsDropped { get; set; }

    /// <summary>Whether this folder's own name, and those above it, were made durable.</summary>
    public bool IsAnchored { get; set; }
}
