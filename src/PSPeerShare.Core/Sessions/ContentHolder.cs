using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Sessions;

/// <summary>What a peer says that it has: a content and its name there. Only the content proves it.</summary>
internal readonly record struct ContentHolder(ContentHash Hash, WirePath Name, long Length);
