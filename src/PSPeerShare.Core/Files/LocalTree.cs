using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Files;

/// <summary>
/// A file or folder that the local user names to be sent or shared. A link that the user names is followed once, here;
/// below a folder none is.
/// </summary>
internal sealed class LocalTree : IDisposable
{
    private readonly string _shown;
    private readonly string? _file;

    private LocalTree(SafeRoot root, string name, string? file, string shown)
    {
        Root = root;
        Name = name;
        _file = file;
        _shown = shown;
    }

    /// <summary>Its own name, as a receiver sees it.</summary>
    public string Name { get; }

    /// <summary>Whether it is a folder.</summary>
    public bool IsFolder => _file is null;

    /// <summary>The folder itself, or the one that holds the file.</summary>
    public SafeRoot Root { get; }

    /// <summary>Opens what the user names.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PathNotFound"/>,
    /// <see cref="PeerError.PathNotReadable"/>, or <see cref="PeerError.NameRefused"/> when its own name cannot
    /// travel.</exception>
    public static LocalTree Open(string localPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(localPath);
        string path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(localPath));
        string shown = Printable.Escape(path);
        string name = Path.GetFileName(path) is { Length: > 0 } own ? own : NameOfDrive(path);
        if (WirePathSegment.Check(name, out _) is var fault and not WireNameFault.None)
        {
            throw new PeerShareException(PeerError.NameRefused, shown, WirePath.Explain(fault));
        }

        if (Directory.Exists(path))
        {
            return new LocalTree(SafeRoot.Open(path), name, null, shown);
        }

        string file = Resolve(path, shown);
        return Translate(shown, () =>
        {
            SafeRoot root = SafeRoot.Open(Path.GetDirectoryName(file)!);
            try
            {
                string held = Path.GetFileName(file);
                return root.TryStat([held], out EntryFacts facts) && !facts.IsFolder
                    ? new LocalTree(root, name, held, shown)
                    : throw (File.Exists(file)
                        ? new PeerShareException(PeerError.PathNotReadable, shown, "it is not a regular file")
                        : new PeerShareException(PeerError.PathNotFound, shown));
            }
            catch
            {
                root.Dispose();
                throw;
            }
        });
    }

    /// <summary>The file, or every file below the folder while the caller takes them.</summary>
    /// <param name="skips">Counts what is passed over.</param>
    /// <param name="exclude">Entries to leave out, with all that is below them.</param>
    public IEnumerable<LocalItem> Files(EntrySkips skips, Predicate<FolderEntry>? exclude = null)
    {
        if (_file is not null)
        {
            FileFacts facts = Translate(_shown, () =>
                Root.TryStat([_file], out EntryFacts found) && !found.IsFolder
                    ? found.Facts
                    : throw new PeerShareException(PeerError.PathNotFound, _shown));
            yield return new LocalItem([Name], facts.Length, facts.ModifiedUnixNs);
            yield break;
        }

        foreach (FolderEntry entry in Root.Enumerate([], recurse: true, skips, exclude))
        {
            if (!entry.IsFolder)
            {
                yield return new LocalItem([Name, .. entry.Folder, entry.Name], entry.Length, entry.ModifiedUnixNs);
            }
        }
    }

    /// <summary>Opens one of the files.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PathNotFound"/> or
    /// <see cref="PeerError.PathNotReadable"/>.</exception>
    public SafeFileHandle OpenRead(in LocalItem item, out FileFacts facts)
    {
        string[] segments = _file is null ? item.Segments[1..] : [_file];
        FileFacts opened = default;
        SafeFileHandle handle = Translate(Root.Show(segments), () => Root.OpenRead(segments, out opened));
        facts = opened;
        return handle;
    }

    /// <inheritdoc/>
    public void Dispose() => Root.Dispose();

    private static string NameOfDrive(string path) => char.IsAsciiLetter(path[0]) ? path[..1] : "root";

    private static string Resolve(string path, string shown)
    {
        try
        {
            return File.Exists(path) || Path.Exists(path)
                ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path
                : throw new PeerShareException(PeerError.PathNotFound, shown);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PeerShareException(PeerError.PathNotReadable, shown, e.Message, e);
        }
    }

    // To the local user these are paths, not names at a peer.
    private static T Translate<T>(string shown, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (PeerShareException e) when (e.Error is PeerError.FileNotFound or PeerError.FileNotReadable)
        {
            PeerError error = e.Error == PeerError.FileNotFound ? PeerError.PathNotFound : PeerError.PathNotReadable;
            throw new PeerShareException(error, shown, e.Detail, e);
        }
    }
}
