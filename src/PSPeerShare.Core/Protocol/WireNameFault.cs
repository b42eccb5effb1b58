namespace PSPeerShare.Core.Protocol;

/// <summary>Why a name cannot travel on the wire.</summary>
internal enum WireNameFault
{
    /// <summary>Nothing is wrong with it.</summary>
    None = 0,

    /// <summary>It has no segments.</summary>
    NoSegments,

    /// <summary>It has more than <see cref="WirePath.MaximumSegments"/> segments.</summary>
    TooManySegments,

    /// <summary>All segments and their separators take more than <see cref="WirePath.MaximumBytes"/> bytes.</summary>
    TooLong,

    /// <summary>A segment is empty.</summary>
    EmptySegment,

    /// <summary>A segment takes more than <see cref="WirePath.MaximumSegmentBytes"/> bytes.</summary>
    SegmentTooLong,

    /// <summary>A segment is <c>.</c> or <c>..</c>.</summary>
    DotSegment,

    /// <summary>A segment contains <c>/</c>.</summary>
    Separator,

    /// <summary>A segment contains NUL or another control character (C0, DEL or C1).</summary>
    ControlCharacter,

    /// <summary>A segment is not valid UTF-8, or a string with half a surrogate pair.</summary>
    NotUtf8,
}
