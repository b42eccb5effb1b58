namespace PSPeerShare.Output;

/// <summary>
/// Files put together by content: one for each hash, the first that came, with everyone who has it. What has no hash
/// yet cannot be compared.
/// </summary>
internal sealed class UniqueFiles
{
    private readonly Dictionary<string, (PeerFile First, List<PeerFileHolder> Holders)> contents = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<string> order = [];

    /// <summary>Takes a file; false when nothing is known of its content.</summary>
    internal bool Add(PeerFile file)
    {
        if (file.Hash is null)
        {
            return false;
        }

        if (!contents.TryGetValue(file.Hash, out (PeerFile First, List<PeerFileHolder> Holders) known))
        {
            known = (file, []);
            contents.Add(file.Hash, known);
            order.Add(file.Hash);
        }

        // Two copies at one peer are one holder.
        foreach (PeerFileHolder holder in file.Holders)
        {
            if (!known.Holders.Exists(other => other.NodeId == holder.NodeId))
            {
                known.Holders.Add(holder);
            }
        }

        return true;
    }

    /// <summary>One file for each content, in the order in which they came.</summary>
    internal IEnumerable<PeerFile> All()
    {
        foreach (string hash in order)
        {
            (PeerFile first, List<PeerFileHolder> holders) = contents[hash];
            yield return first.HeldBy([.. holders]);
        }
    }
}
