using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace PSPeerShare.Core.Hosting;

/// <summary>Where other machines may find this one.</summary>
internal static class LocalAddresses
{
    /// <summary>Addresses for a ticket: those that are listened on, with "every address" replaced by the machine's own.</summary>
    /// <param name="endpoints">Where the node listens; none when it does not run.</param>
    /// <param name="port">The port for a node that does not run yet.</param>
    public static IReadOnlyList<string> Reachable(IReadOnlyList<string> endpoints, int port)
    {
        List<IPEndPoint> listening = [.. endpoints.Select(IPEndPoint.Parse)];
        bool isEvery = listening.Count == 0 || listening.Exists(e => e.Address.Equals(IPAddress.Any) || e.Address.Equals(IPAddress.IPv6Any));
        if (!isEvery)
        {
            return [.. listening.Select(e => e.ToString())];
        }

        string[] own = [.. OwnAddresses().Select(a => new IPEndPoint(a, port).ToString())];
        return own.Length > 0 ? own : [new IPEndPoint(IPAddress.Loopback, port).ToString()];
    }

    // A machine with a gateway is most likely reached through that interface; IPv4 first, since its addresses last longer.
    private static IEnumerable<IPAddress> OwnAddresses() =>
        from nic in NetworkInterface.GetAllNetworkInterfaces()
        where nic.OperationalStatus == OperationalStatus.Up && nic.NetworkInterfaceType != NetworkInterfaceType.Loopback
        let properties = nic.GetIPProperties()
        from unicast in properties.UnicastAddresses
        let address = unicast.Address
        where !address.IsIPv6LinkLocal && !IPAddress.IsLoopback(address)
        orderby properties.GatewayAddresses.Count > 0 descending, address.AddressFamily == AddressFamily.InterNetwork descending
        select address;
}
