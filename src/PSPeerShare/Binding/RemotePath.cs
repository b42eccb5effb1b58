using PSPeerShare.Core;

namespace PSPeerShare.Binding;

/// <summary>A share path at a peer.</summary>
/// <param name="Typed">As the user wrote it.</param>
/// <param name="Pattern">As a pattern.</param>
internal sealed record RemotePath(string Typed, string Pattern)
{
    internal static RemotePath Of(string pattern) => new(pattern, pattern);

    internal static RemotePath Literally(string path) => new(path, PeerNode.EscapeWildcards(path));
}
