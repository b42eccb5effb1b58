namespace PSPeerShare.Core.Transfer;

/// <summary>A file that is to come into an inbox, and the room it takes until it has.</summary>
/// <param name="Length">Its bytes.</param>
/// <param name="NameBytes">What keeping its name takes.</param>
/// <param name="PartialName">What its partial file is called; null where it is too short to have one.</param>
internal sealed record InboxItem(long Length, int NameBytes = 0, string? PartialName = null)
{
    /// <summary>Bytes that an earlier attempt had left when room was taken; they need no new space.</summary>
    public long HeldBytes { get; set; }
}
