using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Discovery.Servers;

/// <summary>
/// A discovery server or a relay: where it is, and the id that it has to prove. Written
/// <c>https://host:port/?id=…</c> or <c>relay://host:port/?id=…</c>; whatever else the text says is left out.
/// </summary>
internal sealed record ServerAddress(string Scheme, string Host, int Port, NodeId Id)
{
    public const string DiscoveryScheme = "https";
    public const string RelayScheme = "relay";

    private const int MaximumLength = 512;
    private const int HttpsPort = 443;
    private const int RelayPort = 22067;

    /// <exception cref="PeerShareException"><see cref="PeerError.AddressInvalid"/>.</exception>
    public static ServerAddress Parse(string text, string scheme) => TryParse(text, scheme, out ServerAddress? address)
        ? address
        : throw new PeerShareException(PeerError.AddressInvalid, Printable.Escape(text, 200), $"it has the form {scheme}://host:port/?id=...");

    public static bool TryParse(string? text, string scheme, [NotNullWhen(true)] out ServerAddress? address)
    {
        address = null;
        if (text is null || text.Length > MaximumLength || !Uri.TryCreate(text, UriKind.Absolute, out Uri? uri)
            || uri.Scheme != scheme || uri.UserInfo.Length > 0 || uri.HostNameType is UriHostNameType.Unknown or UriHostNameType.Basic)
        {
            return false;
        }

        string? id = uri.Query.TrimStart('?').Split('&').FirstOrDefault(pair => pair.StartsWith("id=", StringComparison.Ordinal))?[3..];
        if (!NodeId.TryParse(id ?? "", out NodeId nodeId))
        {
            return false;
        }

        int port = uri.Port > 0 ? uri.Port : scheme == RelayScheme ? RelayPort : HttpsPort;
        address = new ServerAddress(scheme, uri.IdnHost, port, nodeId);
        return true;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Scheme}://{(Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]" : Host)}:{Port}/?id={Id}");
}
