using System.Net;
using PSPeerShare.Core.Discovery.Dns;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>A host's name and the addresses that were heard of it.</summary>
internal sealed class CachedHost(DnsName name)
{
    private const int Addresses = 16;

    // A burst of datagrams may carry the parts of one announcement (RFC 6762 section 10.2).
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(1);

    private readonly List<CachedAddress> _addresses = [];

    public DnsName Name { get; } = name;

    /// <summary>How many instances are on it.</summary>
    public int Users { get; set; }

    /// <summary>The addresses that hold; IPv4 first, as its routes are more often there.</summary>
    public IEnumerable<IPAddress> Valid(TimeSpan now) => _addresses
        .Where(known => known.Ends > now)
        .Select(known => known.Address)
        .OrderBy(address => address.IsIPv6LinkLocal)
        .ThenBy(address => address.AddressFamily);

    /// <summary>Forgets what was heard on this link before, because all of it is about to be said anew.</summary>
    public void Flush(LanLink link, TimeSpan now) => _addresses.RemoveAll(known => known.Index == link.Index && known.HeardAt < now - Burst);

    public void Take(LanLink link, DnsRecord record, TimeSpan now, TimeSpan ends)
    {
        IPAddress address = record.Address;
        if (!LanService.IsUsable(address))
        {
            return;
        }

        if (address.IsIPv6LinkLocal)
        {
            address.ScopeId = link.Index;
        }

        _addresses.RemoveAll(known => known.Address.Equals(address));
        if (record.Seconds > 0 && _addresses.Count < Addresses)
        {
            _addresses.Add(new CachedAddress(address, link.Index, now, ends));
        }
    }

    private sealed record CachedAddress(IPAddress Address, int Index, TimeSpan HeardAt, TimeSpan Ends);
}
