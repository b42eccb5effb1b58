using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Node;

/// <summary>A large file that a peer is fetching from this node, or pushing to it, at one moment.</summary>
/// <param name="Id">Unique while it passes.</param>
/// <param name="IsArriving">Whether it comes here.</param>
/// <param name="Name">The file's name.</param>
/// <param name="NodeId">The peer.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="Bytes">Bytes of it that have passed, or were there before.</param>
/// <param name="Started">When it began.</param>
public sealed record PassingFile(string Id, bool IsArriving, string Name, NodeId NodeId, long Length, long Bytes, DateTimeOffset Started);
