using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// Where a peer is reached: a host name or an IP address, and a port. Written <c>host:port</c> or <c>[v6]:port</c>.
/// </summary>
internal readonly record struct PeerAddress(string Host, int Port)
{
    /// <summary>The port when none is given.</summary>
    public const int DefaultPort = 22021;

    private const int LastPort = 65535;
    private const int MaximumLength = 280;

    /// <exception cref="PeerShareException"><see cref="PeerError.AddressInvalid"/>.</exception>
    public static PeerAddress Parse(string? text) =>
        TryParse(text, out PeerAddress address)
            ? address
            : throw new PeerShareException(
                PeerError.AddressInvalid,
                Printable.Escape(text, 80),
                IsPortOutOfRange(text) ? $"the port is not within 1 and {LastPort}" : "an address is host, host:port or [v6]:port");

    /// <summary>Refuses a text that is an address but for its port, which is a number and none of a port.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.AddressInvalid"/>.</exception>
    public static void CheckPort(string text)
    {
        if (IsPortOutOfRange(text))
        {
            Parse(text);
        }
    }

    private static bool IsPortOutOfRange(string? text)
    {
        int colon = text?.LastIndexOf(':') ?? -1;
        return colon > 0 && colon < text!.Length - 1 && text.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0
            && !TryParse(text, out _) && TryParse($"{text[..colon]}:1", out _);
    }

    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[v6]</c>, <c>[v6]:port</c> or a bare IPv6 address.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PeerAddress address)
    {
        address = default;
        if (text is null || text.Length > MaximumLength)
        {
            return false;
        }

        (string host, string? portText, bool isV6) = Split(text.Trim());
        int port = DefaultPort;
        if (portText is not null
            && (!int.TryParse(portText, NumberStyles.None, CultureInfo.InvariantCulture, out port) || port is < 1 or > LastPort))
        {
            return false;
        }

        if (isV6)
        {
            if (!IPAddress.TryParse(host, out IPAddress? ip) || ip.AddressFamily != AddressFamily.InterNetworkV6)
            {
                return false;
            }

            host = ip.ToString();
        }
        else if (!host.All(char.IsAscii) || Uri.CheckHostName(host) is not (UriHostNameType.Dns or UriHostNameType.IPv4))
        {
            return false;
        }

        address = new PeerAddress(host.ToLowerInvariant(), port);
        return true;
    }

    /// <summary>
    /// Whether a text without a port is meant as a host: a bare word is more likely a name, but for this one.
    /// </summary>
    public static bool IsHostAlone(string text) =>
        text.Contains('.', StringComparison.Ordinal) || string.Equals(text, "localhost", StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal)
        ? string.Create(CultureInfo.InvariantCulture, $"[{Host}]:{Port}")
        : string.Create(CultureInfo.InvariantCulture, $"{Host}:{Port}");

    private static (string Host, string? Port, bool IsV6) Split(string text)
    {
        if (text.StartsWith('['))
        {
            int close = text.IndexOf(']');
            string rest = close < 0 ? "?" : text[(close + 1)..];
            return rest.Length == 0 ? (text[1..close], null, true)
                : rest[0] == ':' ? (text[1..close], rest[1..], true)
                : (string.Empty, null, true);
        }

        int colon = text.IndexOf(':');
        return colon < 0 ? (text, null, false)
            : colon != text.LastIndexOf(':') ? (text, null, true)
            : (text[..colon], text[(colon + 1)..], false);
    }
}
