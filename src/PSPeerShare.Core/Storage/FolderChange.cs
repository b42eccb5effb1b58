namespace PSPeerShare.Core.Storage;

/// <summary>How a folder differs from what is stored of it.</summary>
/// <param name="Share">The share's row.</param>
/// <param name="Path">The folder below the share, with <c>/</c> between segments; empty for the share itself.</param>
/// <param name="Put">Entries that are new or other than before.</param>
/// <param name="Removed">Names that are gone; a folder takes all below it along.</param>
/// <param name="Skipped">What was passed over in it, when that is other than before.</param>
internal sealed record FolderChange(
    long Share, string Path, IReadOnlyList<EntryRow> Put, IReadOnlyList<string> Removed, SkippedRow? Skipped = null);
