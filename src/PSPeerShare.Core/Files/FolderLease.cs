namespace PSPeerShare.Core.Files;

/// <summary>Keeps a folder open while it is used. Dispose exactly once.</summary>
internal readonly struct FolderLease(FolderCache cache, FolderHandle folder) : IDisposable
{
    /// <summary>The folder's handle.</summary>
    public int File => folder.File;

    /// <inheritdoc cref="FolderHandle.IsAnchored"/>
    public bool IsAnchored
    {
        get => folder.IsAnchored;
        set => folder.IsAnchored = value;
    }

    /// <summary>Another lease of the same folder.</summary>
    public FolderLease Share() => cache.Share(folder);

    public void Dispose() => cache.Release(folder);
}
