namespace PSPeerShare.Core.Files;

/// <summary>Keeps a folder open while it is used. Dispose exactly once.</summary>
internal readonly struct FolderLease(FolderCache cache, FolderHandle folder) : IDisposable
{
    /// <summary>The folder's handle.</summary>
    public int File => folder.File;

    /// <summary>Which open folder it is.</summary>
    public object Folder => folder;

    /// <inheritdoc cref="FolderHandle.IsAnchored"/>
    public bool IsAnchored => folder.IsAnchored;

    /// <summary>Says that this folder's name, and those of all above it, are durable.</summary>
    public void SetAnchored() => folder.IsAnchored = true;

    /// <summary>Another lease of the same folder.</summary>
    public FolderLease Share() => cache.Share(folder);

    public void Dispose() => cache.Release(folder);
}
