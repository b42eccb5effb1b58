namespace PSPeerShare.Core.Files;

/// <summary>A partial file as it lies on the disk.</summary>
/// <param name="Key">What it is going to be.</param>
/// <param name="DataBytes">How long its data has become.</param>
internal readonly record struct KeptPart(PartialKey Key, long DataBytes);
