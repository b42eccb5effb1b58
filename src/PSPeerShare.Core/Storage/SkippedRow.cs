namespace PSPeerShare.Core.Storage;

/// <summary>How much a scan passed over in folders, by reason.</summary>
/// <param name="Links">Links.</param>
/// <param name="Special">Pipes, sockets and devices.</param>
/// <param name="Undecodable">Names that are no text.</param>
/// <param name="Unnameable">Names that cannot travel.</param>
/// <param name="Unreadable">What could not be looked at, the folder itself included.</param>
internal readonly record struct SkippedRow(long Links, long Special, long Undecodable, long Unnameable, long Unreadable);
