using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// The file whose ranges a stream asks for one item after the other. It stays open between them, so that all come from
/// one state of one file (R4), also when another takes its name meanwhile.
/// </summary>
internal sealed class RangedFile : IDisposable
{
    private RangedFile(WirePath name, SafeFileHandle handle, FileFacts facts)
    {
        Name = name;
        Handle = handle;
        Facts = facts;
    }

    public WirePath Name { get; }

    public SafeFileHandle Handle { get; }

    public FileFacts Facts { get; }

    /// <summary>Opens the file.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/> for what is missing or not visible.</exception>
    public static RangedFile Open(CatalogView view, WirePath name)
    {
        SafeFileHandle handle = view.OpenRead(name, out FileFacts facts);
        return new RangedFile(name, handle, facts);
    }

    public void Dispose() => Handle.Dispose();
}
