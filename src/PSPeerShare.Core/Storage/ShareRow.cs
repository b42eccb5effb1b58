namespace PSPeerShare.Core.Storage;

/// <summary>A share that is served whenever the node runs.</summary>
/// <param name="Name">Its name on the wire.</param>
/// <param name="Path">The local folder or file.</param>
/// <param name="OnlyPeers">Node ids of the peers it is limited to; null means every trusted peer.</param>
/// <param name="Exclude">Patterns of names that are left out.</param>
/// <param name="Added">When it was added.</param>
internal sealed record ShareRow(
    string Name, string Path, IReadOnlyList<byte[]>? OnlyPeers, IReadOnlyList<string> Exclude, DateTimeOffset Added);
