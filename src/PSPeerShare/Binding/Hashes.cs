using PSPeerShare.Core;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Binding;

/// <summary>Reads a content hash as users type it.</summary>
internal static class Hashes
{
    internal static ContentHash Parse(string text) =>
        ContentHash.TryParse(text.Trim(), out ContentHash hash)
            ? hash
            : throw new PeerShareException(PeerError.HashInvalid, text);
}
