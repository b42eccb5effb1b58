using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Sessions;

/// <summary>A file as its holder describes it, with the tree that proves every group of it against the root.</summary>
internal readonly record struct ProvenContent(long ModifiedUnixNs, Outboard Outboard);
