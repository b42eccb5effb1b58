namespace PSPeerShare.Core.Storage;

/// <summary>An entry of a share with its content's hash, as far as that is known for the state it is stored with.</summary>
/// <param name="Sequence">The number of its latest change.</param>
/// <param name="Name">The entry with its place.</param>
/// <param name="Root">The hash, or null.</param>
internal readonly record struct AnnouncedRow(long Sequence, StoredName Name, byte[]? Root);
