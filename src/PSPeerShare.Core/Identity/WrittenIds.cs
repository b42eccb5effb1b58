namespace PSPeerShare.Core.Identity;

/// <summary>The written forms of the ids that are in use: each transferred file names its peer, and each line of the audit.</summary>
/// <remarks>
/// Writing one takes 52 divisions and four check symbols; of fetching 100,000 small files it was 6 % of the client's CPU.
/// Bounded whatever strangers bring: an id has one place, and takes it from the one before. Thread safe, because a
/// place holds the id and its text as one object.
/// </remarks>
internal static class WrittenIds
{
    private const int Places = 64;

    private static readonly Written?[] Recent = new Written?[Places];

    /// <param name="id">Not the empty one.</param>
    /// <param name="spread">Bits of the id that tell where its place is.</param>
    public static string Of(NodeId id, ulong spread)
    {
        ref Written? place = ref Recent[spread % Places];
        if (Volatile.Read(ref place) is { } known && known.Id == id)
        {
            return known.Text;
        }

        Span<byte> bytes = stackalloc byte[NodeId.SizeInBytes];
        id.CopyTo(bytes);
        Written written = new(id, NodeIdText.Write(bytes));
        Volatile.Write(ref place, written);
        return written.Text;
    }

    private sealed record Written(NodeId Id, string Text);
}
