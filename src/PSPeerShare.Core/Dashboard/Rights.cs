using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Dashboard;

/// <summary>Rights as the page writes them.</summary>
internal static class Rights
{
    private static readonly PeerRights[] Each = [PeerRights.Browse, PeerRights.Read, PeerRights.Write];

    public static IReadOnlyList<string> Names(PeerRights rights) => [.. Each.Where(r => rights.HasFlag(r)).Select(NameOf)];

    /// <summary>The rights of a list; null for no list.</summary>
    /// <exception cref="ApiFaultException">One has another name.</exception>
    public static PeerRights? Parse(IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return null;
        }

        PeerRights rights = PeerRights.None;
        foreach (string name in names)
        {
            PeerRights right = Array.Find(Each, r => NameOf(r) == name);
            rights |= right != PeerRights.None ? right : throw ApiFaultException.Invalid("Rights are browse, read and write.");
        }

        return rights;
    }

    private static string NameOf(PeerRights right) => right switch
    {
        PeerRights.Browse => "browse",
        PeerRights.Read => "read",
        _ => "write",
    };
}
