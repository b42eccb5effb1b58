namespace PSPeerShare.Completion;

/// <summary>
/// The share paths that the last searches of this session brought, by peer, for completion. It keeps a bounded number
/// and asks nobody.
/// </summary>
internal static class SeenPaths
{
    private const int MostPeers = 64;
    private const int MostOfPeer = 4096;

    private static readonly Lock Gate = new();
    private static readonly Dictionary<string, HashSet<string>> Paths = new(StringComparer.Ordinal);

    internal static void Note(string nodeId, string sharePath)
    {
        lock (Gate)
        {
            if (!Paths.TryGetValue(nodeId, out HashSet<string>? known))
            {
                if (Paths.Count >= MostPeers)
                {
                    return;
                }

                Paths.Add(nodeId, known = new HashSet<string>(StringComparer.Ordinal));
            }

            if (known.Count < MostOfPeer)
            {
                known.Add(sharePath);
            }
        }
    }

    /// <summary>What goes on from a text, one folder deep: folders end in <c>/</c>.</summary>
    internal static IReadOnlyList<string> Below(string nodeId, string typed)
    {
        int cut = typed.LastIndexOf('/') + 1;
        var found = new HashSet<string>(StringComparer.Ordinal);
        lock (Gate)
        {
            foreach (string path in Paths.GetValueOrDefault(nodeId) ?? [])
            {
                if (path.StartsWith(typed, StringComparison.OrdinalIgnoreCase)
                    && path.AsSpan(0, cut).SequenceEqual(typed.AsSpan(0, cut)))
                {
                    int end = path.IndexOf('/', cut);
                    found.Add(end < 0 ? path : path[..(end + 1)]);
                }
            }
        }

        return [.. found];
    }
}
