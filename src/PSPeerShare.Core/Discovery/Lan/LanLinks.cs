using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>The links of this machine, as they are now.</summary>
internal static class LanLinks
{
    private const int IPv4LinkLocalPrefix = 16;

    /// <summary>
    /// The links of all interfaces that can multicast, or with <paramref name="only"/> those of the interfaces that
    /// have one of these addresses, loopback included: a node that listens on loopback is there for this machine.
    /// </summary>
    public static IReadOnlyList<LanLink> Find(IReadOnlyCollection<IPAddress> only)
    {
        List<LanLink> links = [];
        foreach (NetworkInterface nic in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (nic.OperationalStatus is not (OperationalStatus.Up or OperationalStatus.Unknown))
            {
                continue;
            }

            IPInterfaceProperties properties = nic.GetIPProperties();
            UnicastIPAddressInformation[] addresses = [.. properties.UnicastAddresses];
            bool isLoopback = nic.NetworkInterfaceType == NetworkInterfaceType.Loopback;
            IPAddress[] own = [.. addresses.Select(a => a.Address).Where(a => only.Count == 0 || only.Contains(a))];
            if (own.Length == 0 || (only.Count == 0 && (isLoopback || !nic.SupportsMulticast)))
            {
                continue;
            }

            IPNetwork[] networks = [.. addresses.Select(NetworkOf)];
            foreach (AddressFamily family in addresses.Select(a => a.Address.AddressFamily).Distinct())
            {
                if (IndexOf(properties, family) is { } index)
                {
                    links.Add(new LanLink(index, family, own, networks));
                }
            }
        }

        return links;
    }

    private static int? IndexOf(IPInterfaceProperties properties, AddressFamily family)
    {
        try
        {
            return family == AddressFamily.InterNetwork ? properties.GetIPv4Properties()?.Index : properties.GetIPv6Properties()?.Index;
        }
        catch (NetworkInformationException)
        {
            // This family is switched off on the interface.
            return null;
        }
    }

    private static IPNetwork NetworkOf(UnicastIPAddressInformation address)
    {
        byte[] bytes = address.Address.GetAddressBytes();
        int prefix = address.PrefixLength > 0 ? Math.Min(address.PrefixLength, bytes.Length * 8) : IPv4LinkLocalPrefix;
        for (int bit = prefix; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        }

        return new IPNetwork(new IPAddress(bytes), prefix);
    }
}
