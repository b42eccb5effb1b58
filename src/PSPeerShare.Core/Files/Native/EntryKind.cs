namespace PSPeerShare.Core.Files.Native;

/// <summary>The type of an entry as a folder's listing states it.</summary>
internal enum EntryKind
{
    /// <summary>The listing does not say; ask for its facts.</summary>
    Unknown,

    /// <summary>A regular file.</summary>
    File,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A symbolic link or another reparse point.</summary>
    Link,

    /// <summary>A FIFO, socket or device.</summary>
    Special,
}
