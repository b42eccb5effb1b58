using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

/// <summary>Knows nothing and keeps nothing: every question is answered by reading.</summary>
internal sealed class NoContentIndex : IContentIndex
{
    public static readonly NoContentIndex Instance = new();

    private NoContentIndex()
    {
    }

    public bool TryGet(FileFacts facts, out ContentHash root)
    {
        root = default;
        return false;
    }

    public Outboard? TreeOf(ContentHash root, long length) => null;

    public void Remember(FileFacts facts, DateTimeOffset readFrom, ContentHash root, Outboard? tree = null)
    {
    }

    public void RememberWritten(FileFacts facts, ContentHash root, Outboard? tree, string localPath)
    {
    }

    public IReadOnlyList<WirePath> SharePathsOf(ContentHash root, long? length) => [];

    public IReadOnlyList<string> LocalPathsOf(ContentHash root, long length) => [];
}
