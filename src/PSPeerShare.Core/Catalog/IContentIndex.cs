using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// What is known of files' contents without reading them. It may forget at any time and never errs: a file that was
/// changed has other facts. It does not know who may see what.
/// </summary>
/// <remarks>Any thread. No member waits for the disk to be written.</remarks>
internal interface IContentIndex
{
    /// <summary>The hash of the file that has exactly these facts now.</summary>
    bool TryGet(FileFacts facts, out ContentHash root);

    /// <summary>The groups' hashes of a content, if they are kept; verified against the root.</summary>
    Outboard? TreeOf(ContentHash root, long length);

    /// <summary>
    /// Keeps what was read: <paramref name="facts"/> held before the first and after the last byte. A file that was
    /// changed less than two seconds before <paramref name="readFrom"/> is not kept, because a further change might
    /// leave its times as they are.
    /// </summary>
    /// <param name="facts">The file.</param>
    /// <param name="readFrom">The time before its first byte was read.</param>
    /// <param name="root">Its content.</param>
    /// <param name="tree">The groups' hashes, if they were made.</param>
    void Remember(FileFacts facts, DateTimeOffset readFrom, ContentHash root, Outboard? tree = null);

    /// <summary>Keeps what this process has written, verified and given its name, with its old modification time.</summary>
    /// <param name="facts">The file's facts once it had its name.</param>
    /// <param name="root">Its content.</param>
    /// <param name="tree">The groups' hashes, if they were made.</param>
    /// <param name="localPath">The full path, so that the content can be found here again.</param>
    void RememberWritten(FileFacts facts, ContentHash root, Outboard? tree, string localPath);

    /// <summary>
    /// Names in shares that had this content when they were last looked at. Whoever tells a peer asks
    /// <see cref="CatalogView.Holding"/> instead, which looks again and asks whether the peer may know.
    /// </summary>
    IReadOnlyList<WirePath> SharePathsOf(ContentHash root, long? length);

    /// <summary>
    /// Full local paths of received and shared files that had this content when they were last looked at. Whoever
    /// uses one opens it and asks <see cref="TryGet"/> for its facts, or verifies what it reads.
    /// </summary>
    IReadOnlyList<string> LocalPathsOf(ContentHash root, long length);
}
