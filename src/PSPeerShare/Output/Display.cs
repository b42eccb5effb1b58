using System.Globalization;
using System.Management.Automation;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Output;

/// <summary>
/// What the views show instead of raw values: sizes, rates, times and short ids for people, and text without
/// anything that could harm a terminal. PSPeerShare.Types.ps1xml hangs these on the output types as hidden members.
/// </summary>
public static class Display
{
    /// <summary>The file's or object's name.</summary>
    public static string Name(PSObject instance) => Text(instance, nameof(PeerFile.Name));

    /// <summary>The share path.</summary>
    public static string SharePath(PSObject instance) => Text(instance, nameof(PeerFile.SharePath));

    /// <summary>The share's name.</summary>
    public static string Share(PSObject instance) => Text(instance, nameof(PeerFile.Share));

    /// <summary>The local path.</summary>
    public static string LocalPath(PSObject instance) => Text(instance, nameof(PeerTransfer.LocalPath));

    /// <summary>The other side's name.</summary>
    public static string Peer(PSObject instance) => Text(instance, nameof(PeerFile.Peer));

    /// <summary>The other side's software.</summary>
    public static string Software(PSObject instance) => Text(instance, nameof(PeerStatus.Software));

    /// <summary>The error's first words.</summary>
    public static string Error(PSObject instance) => Text(instance, nameof(PeerTransfer.Error));

    /// <summary>The latest error of a server.</summary>
    public static string LastError(PSObject instance) => Text(instance, nameof(PeerServer.LastError));

    /// <summary>What keeps a share, or some of it, from being served.</summary>
    public static string Problem(PSObject instance) => Text(instance, nameof(PeerShare.Problem));

    /// <summary>The length for people.</summary>
    public static string Length(PSObject instance) => Size(instance, nameof(PeerFile.Length));

    /// <summary>The holder of a file, and whether it did not answer itself.</summary>
    public static string Holder(PSObject instance) => Value(instance, nameof(PeerFile.AsOf)) is null ? Peer(instance) : Peer(instance) + " (stored)";

    /// <summary>Bytes that crossed the network, for people.</summary>
    public static string BytesTransferred(PSObject instance) => Size(instance, nameof(PeerTransfer.BytesTransferred));

    /// <summary>Bytes sent, for people.</summary>
    public static string BytesSent(PSObject instance) => Size(instance, nameof(PeerServer.BytesSent));

    /// <summary>Bytes received, for people.</summary>
    public static string BytesReceived(PSObject instance) => Size(instance, nameof(PeerServer.BytesReceived));

    /// <summary>The rate for people.</summary>
    public static string Rate(PSObject instance) =>
        Value(instance, nameof(PeerTransfer.BytesPerSecond)) is long rate and > 0 ? HumanSize.Rate(rate) : "";

    /// <summary>The limit for people; nothing is no limit.</summary>
    public static string RateLimit(PSObject instance) =>
        Value(instance, nameof(Output.Peer.RateLimit)) is long limit ? HumanSize.Rate(limit) : "";

    /// <summary>The duration for people.</summary>
    public static string Duration(PSObject instance) => Time(instance, nameof(PeerTransfer.Duration));

    /// <summary>The round trip for people.</summary>
    public static string RoundTrip(PSObject instance) =>
        Value(instance, nameof(PeerStatus.RoundTrip)) is TimeSpan time
            ? time.TotalMilliseconds.ToString("0.0", CultureInfo.InvariantCulture) + " ms"
            : "";

    /// <summary>The first group of a node id: enough to tell nodes apart, not enough for trust.</summary>
    public static string ShortId(PSObject instance) =>
        Value(instance, nameof(PeerFile.NodeId)) is string id ? id.Split('-')[0] : "";

    /// <summary>The addresses in one line.</summary>
    public static string Addresses(PSObject instance) => Join(instance, nameof(Output.Peer.Addresses), "");

    /// <summary>Who may see a share, in one line.</summary>
    public static string Peers(PSObject instance) => Join(instance, nameof(PeerShare.Peers), "every trusted peer");

    /// <summary>The shares' names in one line.</summary>
    public static string Shares(PSObject instance) => Join(instance, nameof(PeerServer.Shares), "");

    /// <summary>How many uses are left; what has none to count is a code.</summary>
    public static string Uses(PSObject instance) => Value(instance, nameof(PeerTicket.IsCode)) is true
        ? "code"
        : string.Create(CultureInfo.InvariantCulture, $"{Value(instance, nameof(PeerTicket.UsesLeft))}");

    private static object? Value(PSObject? instance, string property) => instance?.Properties[property]?.Value;

    private static string Text(PSObject instance, string property) => Printable.Escape(Value(instance, property)?.ToString());

    private static string Size(PSObject instance, string property) =>
        Value(instance, property) is long bytes ? HumanSize.Bytes(bytes) : "";

    private static string Time(PSObject instance, string property) =>
        Value(instance, property) is TimeSpan time ? HumanSize.Time(time) : "";

    private static string Join(PSObject instance, string property, string whenNone) =>
        Value(instance, property) is object[] { Length: > 0 } items
            ? Printable.Escape(string.Join(", ", items.Select(static item => item.ToString())))
            : whenNone;
}
