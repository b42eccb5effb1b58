using System.Net;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Hosting;

/// <summary>
/// Where this process may use multicast. The environment variable <c>PSPEERSHARE_DISCOVERY</c> says <c>Off</c>, or
/// names addresses of this machine, separated by commas, whose interfaces are the only ones; without it every
/// interface is used.
/// </summary>
/// <param name="IsOff">Nowhere.</param>
/// <param name="Only">Only on the interfaces with these addresses; empty for all.</param>
internal sealed record DiscoveryScope(bool IsOff, IReadOnlyList<IPAddress> Only)
{
    public const string Variable = "PSPEERSHARE_DISCOVERY";

    public static DiscoveryScope Off { get; } = new(IsOff: true, []);

    /// <summary>What the environment says now. What cannot be read allows nothing: the wish was to limit it.</summary>
    public static DiscoveryScope FromEnvironment(EventLog log)
    {
        string? text = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrWhiteSpace(text))
        {
            return new DiscoveryScope(IsOff: false, []);
        }

        List<IPAddress> only = [];
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(part, out IPAddress? address))
            {
                only.Add(address);
                continue;
            }

            if (!part.Equals("off", StringComparison.OrdinalIgnoreCase))
            {
                log.Warning($"{Variable} is neither Off nor addresses; discovery is off");
            }

            return Off;
        }

        return new DiscoveryScope(IsOff: false, only);
    }

    /// <summary>The scope of a node that listens on certain addresses: others could not reach it elsewhere.</summary>
    public DiscoveryScope Within(IReadOnlyList<IPAddress> listening)
    {
        if (IsOff || listening.Count == 0 || listening.Any(a => a.Equals(IPAddress.Any) || a.Equals(IPAddress.IPv6Any)))
        {
            return this;
        }

        IPAddress[] both = [.. listening.Where(a => Only.Count == 0 || Only.Contains(a))];
        return both.Length == 0 ? Off : new DiscoveryScope(IsOff: false, both);
    }
}
