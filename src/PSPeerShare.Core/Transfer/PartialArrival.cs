using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Ends the arrival of a file that came in groups: compares all of them, those that were there before too, with what
/// the sender says its content is. It names the file only when all are right (R2); groups that are not are asked for
/// again.
/// </summary>
internal static class PartialArrival
{
    /// <summary>Whether every group is the one of the content, after taking back the claims of those that are not.</summary>
    /// <param name="partial">The file.</param>
    /// <param name="stated">The sender's hash of the file, when it has told it.</param>
    /// <param name="expected">The content that was asked for, when it is known.</param>
    /// <param name="askTree">Asks the sender for the hashes of its groups.</param>
    /// <returns>The content, or null when groups are missing now.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.ContentMismatch"/> when it is not the content that was
    /// asked for; what <paramref name="askTree"/> says.</exception>
    public static async Task<ContentHash?> VerifyAsync(
        PartialFile partial, ContentHash? stated, ContentHash? expected, Func<Task<Outboard>> askTree)
    {
        if (stated is { } told && expected is { } wanted && told != wanted)
        {
            throw new PeerShareException(PeerError.ContentMismatch, detail: $"hash {told}");
        }

        if (!partial.IsComplete)
        {
            return null;
        }

        ContentHash here = partial.ComputeRoot();
        if ((stated ?? expected) is { } known)
        {
            if (known == here)
            {
                return here;
            }

            if (partial.BytesFound == 0)
            {
                throw new PeerShareException(PeerError.ContentMismatch, detail: $"hash {here}");
            }
        }

        Outboard tree = await askTree();
        if (expected is { } asked && tree.Root != asked)
        {
            throw new PeerShareException(PeerError.ContentMismatch, detail: $"hash {tree.Root}");
        }

        if (tree.Root == here)
        {
            return here;
        }

        for (long group = 0; group < partial.Layout.Count; group++)
        {
            if (partial.HashOf(group) != tree.HashOf(group))
            {
                partial.Withdraw(group);
            }
        }

        return null;
    }
}
