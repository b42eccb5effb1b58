using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transfer;

/// <summary>One local file on its way to one peer.</summary>
/// <param name="File">The file.</param>
/// <param name="Name">Its segments below this node's folder of the inbox.</param>
/// <param name="Record">What is known of its progress.</param>
internal sealed record PushEntry(LocalFile File, WirePath Name, TransferRecord Record);
