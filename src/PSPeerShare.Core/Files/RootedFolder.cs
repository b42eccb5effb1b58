using Microsoft.Win32.SafeHandles;

namespace PSPeerShare.Core.Files;

/// <summary>A folder that is opened again for each of its files, where no better way is known.</summary>
internal sealed class RootedFolder(SafeRoot root, string[] segments) : ReadableFolder
{
    /// <inheritdoc/>
    public override SafeFileHandle OpenRead(string name, out FileFacts facts) => root.OpenRead([.. segments, name], out facts);

    protected override void Dispose(bool disposing)
    {
    }
}
