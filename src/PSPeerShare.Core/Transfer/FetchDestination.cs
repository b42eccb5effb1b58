using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Where the files of one job land: builds each name from validated segments under a root that the local user chose
/// (P1), and says what is there already.
/// </summary>
internal sealed class FetchDestination : IDisposable
{
    private readonly FetchOptions _options;
    private readonly IContentIndex _contents;
    private readonly string? _fileName;
    private readonly BatchNames _names;
    private readonly HashSet<string>? _replacing;

    /// <summary>Opens the destination and makes it where it is missing.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationInvalid"/>,
    /// <see cref="PeerError.DestinationNotWritable"/>.</exception>
    public FetchDestination(FetchOptions options, IContentIndex contents)
    {
        _options = options;
        _contents = contents;
        string folder = options.Destination;
        if (!options.DestinationIsFolder)
        {
            folder = Files.LocalPath.FolderOf(options.Destination);
            _fileName = Files.LocalPath.NameOf(options.Destination);
        }

        Root = SafeRoot.Open(folder, create: true);
        try
        {
            _names = new BatchNames(Root);
        }
        catch
        {
            // It cannot be written; each file of the job may come here and find that out.
            Root.Dispose();
            throw;
        }

        _replacing = options.Force ? new HashSet<string>(StringComparer.Ordinal) : null;
    }

    /// <summary>What has to happen with an entry.</summary>
    public enum Step
    {
        /// <summary>Fetch it.</summary>
        Fetch,

        /// <summary>A file of the same length is there: compare the content first.</summary>
        Compare,

        /// <summary>A file of the same content is there.</summary>
        Keep,
    }

    public SafeRoot Root { get; }

    /// <summary>The segments below the root.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.NameRefused"/>, <see cref="PeerError.NameCollision"/>.</exception>
    public string[] Land(WirePath name, int leadingSegments)
    {
        string[] target = _fileName is not null ? [_fileName]
            : _options.Flatten ? [name.Name]
            : [.. name.Segments.Skip(Math.Min(leadingSegments, name.Count - 1))];
        _names.Claim(target);
        if (_replacing?.Add(string.Join('/', target)) == false)
        {
            // Replacing is for what was there before, never for another file of the same batch.
            throw new PeerShareException(PeerError.NameCollision, Root.Show(target), "another file of this batch has that name");
        }

        return target;
    }

    /// <summary>The full path, for the user.</summary>
    public string LocalPath(IEnumerable<string> target) => Files.LocalPath.Below(Root.LocalPath, target);

    /// <summary>Looks at what has the name now and decides.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationExists"/>,
    /// <see cref="PeerError.DestinationInvalid"/>.</exception>
    public Step Decide(FetchEntry entry)
    {
        entry.Mode = _options.Force ? CommitMode.Replace : _options.NewName ? CommitMode.NewName : CommitMode.NoReplace;
        if (!Root.TryStat(entry.Target, out EntryFacts there))
        {
            return Step.Fetch;
        }

        if (there.IsFolder)
        {
            throw new PeerShareException(PeerError.DestinationInvalid, Root.Show(entry.Target), "a folder has that name");
        }

        if (entry.File is { IsHashOfNow: true, Hash: { } hash } && _contents.TryGet(there.Facts, out ContentHash known) && known == hash)
        {
            return Step.Keep;
        }

        return there.Facts.Length == entry.File.Length || (_options.NewName && Copies(entry).Any()) ? Step.Compare : Demand(entry);
    }

    /// <summary>
    /// With -NewName, the file of a numbered name that has this content already, so that doing the same again makes no
    /// further copy; else <see langword="null"/>.
    /// </summary>
    public string[]? CopyOf(FetchEntry entry, ContentHash content, CancellationToken cancellationToken) =>
        _options.NewName ? Copies(entry).FirstOrDefault(copy => HashOf(copy, cancellationToken) == content) : null;

    // The numbers in use are those up to the first free one.
    private IEnumerable<string[]> Copies(FetchEntry entry)
    {
        for (int number = 2; number <= LocalNames.MaximumFreeNumber; number++)
        {
            string[] copy = [.. entry.Target[..^1], LocalNames.FreeName(entry.Target[^1], number)];
            if (!Root.TryStat(copy, out EntryFacts there))
            {
                yield break;
            }

            if (!there.IsFolder && there.Facts.Length == entry.File.Length)
            {
                yield return copy;
            }
        }
    }

    /// <summary>The content is another one: fetch it only when the user said so.</summary>
    public Step Demand(FetchEntry entry) => entry.Mode != CommitMode.NoReplace
        ? Step.Fetch
        : throw new PeerShareException(PeerError.DestinationExists, Root.Show(entry.Target));

    /// <summary>The hash of what is there, or <see langword="null"/> when that cannot be told.</summary>
    public ContentHash? HashOfExisting(FetchEntry entry, CancellationToken cancellationToken) => HashOf(entry.Target, cancellationToken);

    private ContentHash? HashOf(string[] target, CancellationToken cancellationToken)
    {
        try
        {
            if (Root.TryStat(target, out EntryFacts there) && _contents.TryGet(there.Facts, out ContentHash known))
            {
                return known;
            }

            using SafeFileHandle handle = Root.OpenRead(target, out FileFacts facts);
            return FileHashing.HashUnchanged(_contents, handle, facts, cancellationToken);
        }
        catch (PeerShareException)
        {
            return null;
        }
    }

    /// <summary>Files below the destination that had this content when they were last looked at.</summary>
    public IEnumerable<string[]> HoldersOf(ContentHash hash, long length)
    {
        string folder = Path.EndsInDirectorySeparator(Root.LocalPath) ? Root.LocalPath : Root.LocalPath + Path.DirectorySeparatorChar;
        return _contents.LocalPathsOf(hash, length)
            .Where(path => path.StartsWith(folder, StringComparison.Ordinal))
            .Select(path => path[folder.Length..].Split(Path.DirectorySeparatorChar));
    }

    /// <summary>Keeps what a file that was just named holds.</summary>
    public void Remember(string[] target, FileFacts facts, ContentHash hash, Outboard? tree = null) =>
        _contents.RememberWritten(facts, hash, tree, LocalPath(target));

    public void Dispose() => Root.Dispose();
}
