namespace PSPeerShare.Core.Storage;

/// <summary>What the catalog has of a share.</summary>
/// <param name="Id">The row.</param>
/// <param name="Name">The share's name.</param>
/// <param name="Path">The local folder that was scanned.</param>
/// <param name="Exclude">The patterns that it was scanned with, as one text.</param>
/// <param name="Scanned">When the last whole scan ended; <see langword="null"/> if none has.</param>
/// <param name="Entries">How many entries there were then.</param>
internal sealed record CatalogShareRow(long Id, string Name, string Path, string Exclude, DateTimeOffset? Scanned, long Entries);
