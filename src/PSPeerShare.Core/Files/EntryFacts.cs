namespace PSPeerShare.Core.Files;

/// <summary>What a name stands for: a folder or a regular file; anything else counts as missing.</summary>
/// <param name="IsFolder">Whether it is a folder.</param>
/// <param name="Facts">Its length (0 for a folder), times and identity.</param>
internal readonly record struct EntryFacts(bool IsFolder, FileFacts Facts);
