using System.Globalization;
using System.Net;
using System.Text;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Discovery.Dns;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>The service as DNS-SD writes it: names, records, and what a record's text may say.</summary>
internal static class LanService
{
    /// <summary>How long records with a host's name or addresses hold, and all others (RFC 6762 section 10).</summary>
    public const uint HostSeconds = 120;
    public const uint OtherSeconds = 75 * 60;

    /// <summary>The longest name of a node that is taken over.</summary>
    private const int NodeNameBytes = 63;

    public static readonly DnsName Service = DnsName.Of("_pspeershare", "_tcp", "local");
    public static readonly DnsName Enumeration = DnsName.Of("_services", "_dns-sd", "_udp", "local");
    public static readonly DnsName Subtypes = Service.Below("_sub");
    private static readonly DnsName Local = DnsName.Of("local");

    /// <summary>What a node is listed as. The short id makes it unique; <paramref name="attempt"/> counts who has it already.</summary>
    public static DnsName Instance(LanProfile profile, int attempt)
    {
        string suffix = string.Create(
            CultureInfo.InvariantCulture,
            $" ({profile.NodeId.ShortId}){(profile.HandOver > 0 ? $" files {profile.HandOver}" : "")}{(attempt > 1 ? $" #{attempt}" : "")}");
        string name = profile.Name;
        while (Encoding.UTF8.GetByteCount(name) + suffix.Length > DnsName.LabelBytes)
        {
            name = name[..^(char.IsLowSurrogate(name[^1]) && name.Length > 1 ? 2 : 1)];
        }

        return Service.Below(name + suffix);
    }

    /// <summary>A host's name of the node's own: the machine's is nobody's business.</summary>
    public static DnsName Host(LanProfile profile, int attempt) => Local.Below(string.Create(
        CultureInfo.InvariantCulture,
        $"pspeer-{profile.NodeId.ShortId.ToLowerInvariant()}{(profile.HandOver > 0 ? $"-files{profile.HandOver}" : "")}{(attempt > 1 ? $"-{attempt}" : "")}"));

    /// <summary>The subtype that one node alone answers for, so that looking for it is no question to everyone (RFC 6763 section 7.1).</summary>
    public static DnsName Subtype(NodeId nodeId) => Subtypes.Below($"_{nodeId.ShortId.ToLowerInvariant()}");

    public static bool IsListing(DnsRecord record) =>
        record.Type == DnsType.Ptr && (record.Name.Equals(Service) || record.Name.IsBelow(Subtypes));

    public static DnsRecord Text(DnsName instance, LanProfile profile) => DnsRecord.Txt(
        instance,
        [
            "txtvers=1",
            $"id={profile.NodeId}",
            $"n={profile.Name}",
            string.Create(CultureInfo.InvariantCulture, $"p={profile.ProtocolVersion}"),
            $"pair={(profile.IsPairingOpen ? 1 : 0)}",
            .. profile.HandOver > 0 ? [string.Create(CultureInfo.InvariantCulture, $"files={profile.HandOver}")] : Array.Empty<string>(),
        ],
        OtherSeconds);

    /// <summary>What a TXT says of a node, or <see langword="null"/> when it has no id.</summary>
    public static LanProfile? Read(DnsRecord text, ushort port)
    {
        if (!NodeId.TryParse(text.Text("id"), out NodeId nodeId) || port == 0)
        {
            return null;
        }

        string name = Printable.Escape(text.Text("n"), NodeNameBytes);
        _ = int.TryParse(text.Text("p"), NumberStyles.None, CultureInfo.InvariantCulture, out int version);
        bool isHandOver = int.TryParse(text.Text("files"), NumberStyles.None, CultureInfo.InvariantCulture, out int handOver);
        return new LanProfile(nodeId, name.Length == 0 ? nodeId.ShortId : name, port, version, text.Text("pair") == "1")
        {
            HandOver = isHandOver ? handOver : 0,
        };
    }

    public static bool IsUsable(IPAddress address) =>
        !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any) && !address.Equals(IPAddress.Broadcast)
        && !address.IsIPv6Multicast && !(address.GetAddressBytes() is [>= 224, _, _, _]);
}
