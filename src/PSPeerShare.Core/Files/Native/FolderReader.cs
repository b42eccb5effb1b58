namespace PSPeerShare.Core.Files.Native;

/// <summary>Reads the entries of one open folder, raw, in the order of the file system.</summary>
internal abstract class FolderReader : IDisposable
{
    /// <summary>The folder's handle, to look at the entries with. It closes with the reader.</summary>
    public abstract int Folder { get; }

    /// <summary>The next entry's name: UTF-8 or not, with a NUL at the end; valid until the next call.</summary>
    public abstract ReadOnlySpan<byte> Name { get; }

    /// <summary>What the folder itself knows of the entry's type.</summary>
    public abstract EntryKind Kind { get; }

    /// <summary>Moves on: 1 = there is an entry, 0 = the end, or a negated error number.</summary>
    public abstract int Read();

    public abstract void Dispose();

    protected static EntryKind ToKind(byte type) => type switch
    {
        4 => EntryKind.Folder,
        8 => EntryKind.File,
        10 => EntryKind.Link,
        0 => EntryKind.Unknown,
        _ => EntryKind.Special,
    };
}
