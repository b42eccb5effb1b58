using System.Net;
using System.Net.Sockets;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>One network interface in one family: where datagrams are sent and heard.</summary>
/// <param name="Index">The interface's number in its family.</param>
/// <param name="Family">IPv4 or IPv6.</param>
/// <param name="Own">The interface's addresses of both families that the node may be reached at.</param>
/// <param name="Networks">The networks that the interface is on.</param>
internal sealed record LanLink(int Index, AddressFamily Family, IReadOnlyList<IPAddress> Own, IReadOnlyList<IPNetwork> Networks)
{
    /// <summary>
    /// Whether a datagram from there can have come over this link alone (RFC 6762 section 11). On loopback everything
    /// has, whatever sender the system writes on it: there it has no address that it may use for multicast.
    /// </summary>
    public bool IsLocal(IPAddress source) =>
        source.IsIPv6LinkLocal || Own.Any(IPAddress.IsLoopback) || Networks.Any(network => network.Contains(Unscoped(source)));

    /// <summary>Whether two links send and hear the same.</summary>
    public bool Equals(LanLink? other) => other is not null && Index == other.Index && Family == other.Family
        && Own.SequenceEqual(other.Own) && Networks.SequenceEqual(other.Networks);

    public override int GetHashCode() => HashCode.Combine(Index, Family);

    private static IPAddress Unscoped(IPAddress address) =>
        address is { AddressFamily: AddressFamily.InterNetworkV6, ScopeId: not 0 } ? new IPAddress(address.GetAddressBytes()) : address;
}
