namespace PSPeerShare.Core.Protocol;

/// <summary>Why one request, or one item of it, failed. Unknown numbers are read as <see cref="Internal"/>.</summary>
internal enum WireError
{
    None = 0,

    /// <summary>Missing, or not shown to this node: the two are never told apart.</summary>
    NotFound = 1,

    /// <summary>There, but the holder cannot read it.</summary>
    Unreadable = 2,

    /// <summary>The file changed while it was served.</summary>
    Changed = 3,

    /// <summary>The receiver's file system is full.</summary>
    NoSpace = 4,

    /// <summary>The receiver does not do this for this node.</summary>
    Refused = 5,

    /// <summary>The name cannot be kept where it would be written.</summary>
    NameRefused = 6,

    /// <summary>Another content has that name.</summary>
    Exists = 7,

    /// <summary>More than the other side handles at once.</summary>
    TooLarge = 8,

    /// <summary>Later, perhaps.</summary>
    Busy = 9,

    /// <summary>The side that asked wants no more of it.</summary>
    Cancelled = 10,

    /// <summary>The other side failed; its log says why.</summary>
    Internal = 11,

    /// <summary>The request makes no sense.</summary>
    BadRequest = 12,

    /// <summary>The node is going away.</summary>
    ShuttingDown = 13,

    /// <summary>The same content is there already.</summary>
    Unchanged = 14,

    /// <summary>The bytes do not have the stated hash.</summary>
    ContentMismatch = 15,
}
