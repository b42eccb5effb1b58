using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Catalog;

// The tree of a file, which proves each of its groups: from what is known, or by reading the file.
internal sealed partial class CatalogView
{
    private const int MostHashingThreads = 4;

    // So many files may be read at once that together they take a thread a core.
    private const int CoresPerThread = Limits.SlowWorkAtOnce;

    /// <summary>A file with the tree of its content, which is read when it is not known.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>, <see cref="PeerError.FileNotReadable"/>, or
    /// <see cref="PeerError.FileChanged"/> while it was hashed.</exception>
    public (CatalogEntry Entry, Outboard Outboard) Prove(WirePath name, CancellationToken cancellationToken)
    {
        using SafeFileHandle handle = OpenRead(name, out FileFacts facts);
        Outboard tree = TreeOf(facts) ?? Read(name, handle, facts, cancellationToken);
        return (new CatalogEntry(name, IsFolder: false, facts.Length, facts.ModifiedUnixNs, tree.Root), tree);
    }

    /// <summary>The hash of an open file's content, if it is known.</summary>
    public ContentHash? KnownHash(FileFacts facts) => contents.TryGet(facts, out ContentHash root) ? root : null;

    /// <summary>The hash of a listed file's content, if it is known for the state that is listed; reads no file.</summary>
    public ContentHash? KnownHash(CatalogEntry entry)
    {
        try
        {
            // A walk that has looked at the file need not look again; on Windows it has not.
            return TryFind(entry.Name, out ServedShare? share)
                && (entry.Facts is { Inode: not 0 } seen ? seen : Reader(share).FactsOf(entry.Name)) is { } facts
                && facts.Length == entry.Length && facts.ModifiedUnixNs == entry.ModifiedUnixNs ? KnownHash(facts) : null;
        }
        catch (PeerShareException)
        {
            return null;
        }
    }

    /// <summary>Whether the hash can be told without reading the file, or reading it takes no time.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileNotFound"/>.</exception>
    public bool IsHashQuick(WirePath name) =>
        Reader(name).FactsOf(name) is not { } facts || facts.Length <= GroupLayout.FewestBytes || KnownHash(facts) is not null;

    private Outboard? TreeOf(FileFacts facts) =>
        KnownHash(facts) is { } root ? contents.TreeOf(root, facts.Length) : null;

    private Outboard Read(WirePath name, SafeFileHandle handle, FileFacts facts, CancellationToken cancellationToken)
    {
        DateTimeOffset start = DateTimeOffset.UtcNow;
        int threads = Math.Clamp(Environment.ProcessorCount / CoresPerThread, 1, MostHashingThreads);
        Outboard tree;
        try
        {
            tree = ParallelHasher.Hash(facts.Length, (offset, into) => Fill(handle, offset, into), threads, cancellationToken);
        }
        catch (EndOfStreamException e)
        {
            throw new PeerShareException(PeerError.FileChanged, name.ToPrintable(), innerException: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PeerShareException(PeerError.FileNotReadable, name.ToPrintable(), e.Message, e);
        }

        if (SafeRoot.Stat(handle) != facts)
        {
            throw new PeerShareException(PeerError.FileChanged, name.ToPrintable());
        }

        contents.Remember(facts, start, tree.Root, tree);
        return tree;
    }

    private static void Fill(SafeFileHandle handle, long offset, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            int read = RandomAccess.Read(handle, into, offset);
            if (read == 0)
            {
                throw new EndOfStreamException();
            }

            offset += read;
            into = into[read..];
        }
    }
}
