namespace PSPeerShare.Core.Content;

/// <summary>
/// Fills the destination with the content's bytes from an offset on; throws if it cannot fill all of it. Called from
/// several threads at once.
/// </summary>
internal delegate void SegmentReader(long offset, Span<byte> destination);
