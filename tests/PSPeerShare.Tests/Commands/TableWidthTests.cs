using System.Xml.Linq;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>In a window of eighty columns every default table shows its columns, and what people act on whole.</summary>
public sealed class TableWidthTests : IDisposable
{
    private const string NodeId = "P56IOI7-MZJNU2Y-IQGDREY-DM2MGTI-MGL3BXN-PQ6W5BM-TBBZ4TJ-XZWICQ2";

    private static readonly DateTime s_time = new(2026, 11, 22, 18, 50, 7, DateTimeKind.Local);

    private readonly HostedEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void Every_table_shows_its_columns_and_what_counts()
    {
        (object Instance, string[] Whole)[] shown =
        [
            (Make("PeerFile", ("Name", "debian-12.iso"), ("SharePath", "iso/debian/debian-12.iso"), ("Length", 658505728L), ("LastWriteTime", s_time), ("Peer", "nas01")),
                ["nas01", "628 MB", "iso/debian/debian-12.iso"]),
            (Make("PeerTransfer", ("Status", Enum("PeerTransferStatus", "Interrupted")), ("Peer", "nas01"), ("Name", "debian-12.iso"), ("Length", 658505728L), ("Duration", TimeSpan.FromSeconds(4000)), ("BytesPerSecond", 104857600L)),
                ["Interrupted", "100 MB/s", "debian-12.iso"]),
            (Make("PeerServer", ("Name", "nas01"), ("NodeId", NodeId), ("Port", 22021), ("Connections", 256), ("BytesSent", 1073741823L), ("BytesReceived", 1047527424L)),
                ["nas01", "Running", "22021", "P56IOI7", "256"]),
            (Make("PeerServerLink", ("Url", "relay://relay.example.net:22067"), ("Problem", "it does not answer")),
                ["relay://relay.example.net:22067", "it does not answer"]),
            (Make("PeerShare", ("Name", "iso"), ("LocalPath", "/srv/iso"), ("Persistent", true)), ["iso", "every trusted peer", "/srv/iso"]),
            (Make("Peer", ("Name", "nas01"), ("NodeId", NodeId), ("Allow", Enum("PeerRights", "Browse, Read, Write")), ("Trusted", true), ("LastSeen", s_time), ("Addresses", (string[])["192.168.100.10:22021"])),
                ["nas01", "P56IOI7", "Browse, Read, Write"]),
            (Make("PeerStatus", ("Peer", "nas01"), ("Reachable", true), ("RoundTrip", TimeSpan.FromMilliseconds(1234.5)), ("Address", "192.168.100.10:22021")),
                ["nas01", "1234.5 ms", "192.168.100.10:22021"]),
            (Make("PeerStatus", ("Peer", "nas01"), ("Error", "Nobody answers at nas01.")), ["nas01", "Nobody answers"]),
            (Make("PeerTicket", ("Id", "0123456789abcdef0123456789abcdef"), ("Allow", Enum("PeerRights", "Browse, Read, Write")), ("UsesLeft", 1000), ("Expires", s_time)),
                ["Browse, Read, Write", "0123456789abcdef0123456789abcdef"]),
            (Make("PeerTransferSource", ("Peer", "nas01"), ("NodeId", NodeId), ("Bytes", 658505728L)), ["nas01", "P56IOI7", "658505728"]),
            (Make("PeerFileHolder", ("Peer", "nas01"), ("NodeId", NodeId), ("SharePath", "iso/debian/debian-12.iso")), ["nas01", "iso/debian/debian-12.iso"]),
            (Make("PeerIdentity", ("Name", "laptop"), ("NodeId", NodeId)), ["laptop", NodeId]),
            (Make("PeerDashboard", ("Port", 40123), ("Expires", s_time), ("Url", "http://127.0.0.1:40123/#short")), ["40123", "http://127.0.0.1:40123/#short"]),
        ];

        Assert.All(shown, each =>
        {
            string type = each.Instance.GetType().FullName!;
            string text = new RecordingHost(80).Render(BuiltModule.Manifest, each.Instance);

            Assert.DoesNotContain('\u2026', text);
            Assert.All(Labels(type).Concat(each.Whole), part => Assert.Contains(part, text, StringComparison.Ordinal));
            Assert.All(text.Split('\n'), line => Assert.True(line.TrimEnd().Length <= 80, line));
        });
        Assert.Equal(
            Tables().Select(table => table.Type).Order(StringComparer.Ordinal),
            shown.Select(each => each.Instance.GetType().FullName!).Distinct().Order(StringComparer.Ordinal));
    }

    private static IEnumerable<(string Type, XElement View)> Tables() =>
        XDocument.Load(Path.Combine(BuiltModule.Folder, "PSPeerShare.Format.ps1xml")).Descendants("View")
            .Where(view => view.Element("TableControl") is not null)
            .Select(view => (view.Descendants("TypeName").Single().Value, view))
            .Where(table => !table.Value.Contains('#', StringComparison.Ordinal));

    private static IEnumerable<string> Labels(string type) => Tables().Single(table => table.Type == type).View
        .Descendants("TableColumnHeader").Select(column => column.Element("Label")!.Value);

    private object Make(string type, params (string Name, object? Value)[] properties) => CommandMetadata.Make(_engine.Assembly, type, properties);

    private object Enum(string type, string value) => System.Enum.Parse(_engine.Assembly.GetType("PSPeerShare.Output." + type, throwOnError: true)!, value);
}
