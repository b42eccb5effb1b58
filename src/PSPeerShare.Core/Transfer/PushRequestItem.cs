namespace PSPeerShare.Core.Transfer;

/// <summary>A file that a push is asked for.</summary>
/// <param name="File">The file.</param>
/// <param name="Name">Its name below this node's folder of the inbox.</param>
/// <param name="Id">The transfer's id, when it has one from before.</param>
internal sealed record PushRequestItem(LocalFile File, string Name, string? Id);
