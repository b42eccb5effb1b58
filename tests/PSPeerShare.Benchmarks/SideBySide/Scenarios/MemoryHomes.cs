using PSPeerShare.Core.Identity;

namespace PSPeerShare.Benchmarks.SideBySide.Scenarios;

/// <summary>Homes of nodes that only dial.</summary>
internal static class MemoryHomes
{
    /// <summary>The id of a home, which is made.</summary>
    public static string IdOf(string home)
    {
        using NodeIdentity identity = NodeIdentity.LoadOrCreate(home);
        return identity.Id.ToString();
    }
}
