using System.Net;
using System.Text.Json;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Diagnostics;

public sealed class EventLogTests : IDisposable
{
    private static readonly NodeId Peer = NodeId.FromBytes([.. Enumerable.Range(0, 32).Select(i => (byte)i)]);

    private readonly TempFolder temp = new();

    private string Logs => temp["logs"];

    public void Dispose() => temp.Dispose();

    [Fact]
    public void Opening_a_log_makes_nothing_before_the_first_event()
    {
        using (EventLog log = Open(PeerLogLevel.Information))
        {
            log.Step("too quiet to be written");
        }

        Assert.False(Directory.Exists(Logs));
    }

    [Fact]
    public void An_event_is_a_line_with_its_name_number_and_values()
    {
        using (EventLog log = Open(PeerLogLevel.Debug))
        {
            log.RequestServed(Peer, "fetch", "iso/a.iso", 42, TimeSpan.FromSeconds(1));
        }

        JsonElement line = Assert.Single(ReadLines("node-*.json"));
        Assert.Equal("RequestServed", line.GetProperty("Event").GetString());
        Assert.Equal(3000, line.GetProperty("EventNumber").GetInt32());
        Assert.Equal(Peer.ToString(), line.GetProperty("Peer").GetString());
        Assert.Equal(42, line.GetProperty("Bytes").GetInt64());
    }

    [Fact]
    public void Events_below_the_level_are_not_written_but_told()
    {
        var told = new List<(PeerLogLevel Level, string Line)>();
        using (EventLog log = Open(PeerLogLevel.Warning))
        {
            log.Written += (level, line) => told.Add((level, line));
            log.Step("hashing");
            log.ConnectionAccepted(Peer, new IPEndPoint(IPAddress.Loopback, 7));
            log.RequestDenied(Peer, "fetch", "iso/a.iso");
        }

        Assert.Single(ReadLines("node-*.json"));
        Assert.Equal((PeerLogLevel.Verbose, "hashing"), told[0]);
        Assert.Equal((PeerLogLevel.Information, $"Accepted {Peer} from 127.0.0.1:7"), told[1]);
        Assert.Equal(3, told.Count);
    }

    [Fact]
    public void Nothing_that_acts_on_a_terminal_is_written()
    {
        const string Hostile = "x\u001b[2J\u202e\u2028\u0085{Peer}";
        using (EventLog log = Open(PeerLogLevel.Verbose))
        {
            log.RequestFailed(Peer, Hostile, Hostile, Hostile, Hostile);
            log.Step(Hostile);
            log.Failure(new IOException(Hostile, new FormatException(Hostile)), Hostile);
        }

        foreach (JsonElement line in ReadLines("node-*.json"))
        {
            foreach (JsonProperty value in line.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String))
            {
                Assert.DoesNotContain(value.Value.GetString()!, c => c is '\u001b' or '\u202e' or '\u2028' or '\u0085');
            }
        }
    }

    [Fact]
    public void A_ticket_that_slips_into_a_text_is_hidden()
    {
        const string Secret = "AbCd_-0123456789";
        var told = new List<string>();
        using (EventLog log = Open(PeerLogLevel.Verbose))
        using (AuditLog audit = AuditLog.Open(new EventLogOptions { Folder = Logs }))
        {
            log.Written += (_, line) => told.Add(line);
            log.Step($"redeeming pspeer-secret-1:{Secret} now");
            log.Failure(new FormatException($"bad PSPEER-SECRET-1:{Secret}"), "parsing");
            audit.Write("redeem", Peer, null, null, $"pspeer-secret-1:{Secret}", 0, null, "refused");
        }

        Assert.All(Directory.GetFiles(Logs), file => Assert.DoesNotContain(Secret, File.ReadAllText(file), StringComparison.Ordinal));
        Assert.All(told, line => Assert.DoesNotContain(Secret, line, StringComparison.Ordinal));
        Assert.StartsWith("redeeming pspeer-secret-(hidden) now", told[0], StringComparison.Ordinal);
    }

    [Fact]
    public void An_audit_line_says_who_did_what_to_which_file()
    {
        using (AuditLog audit = AuditLog.Open(new EventLogOptions { Folder = Logs }))
        {
            audit.Write("push", Peer, new IPEndPoint(IPAddress.IPv6Loopback, 9), "inbox", "a\nb.txt", 7, "abcd", "committed");
        }

        JsonElement line = Assert.Single(ReadLines("audit-*.json"));
        Assert.Equal("push", line.GetProperty("Operation").GetString());
        Assert.Equal(Peer.ToString(), line.GetProperty("Peer").GetString());
        Assert.Equal("[::1]:9", line.GetProperty("Endpoint").GetString());
        Assert.Equal("a\\u{000A}b.txt", line.GetProperty("Path").GetString());
        Assert.Equal(7, line.GetProperty("Bytes").GetInt64());
        Assert.Equal("committed", line.GetProperty("Result").GetString());
    }

    [Fact]
    public void Log_files_are_the_owners_alone()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using (EventLog log = Open(PeerLogLevel.Verbose))
        {
            log.Step("first");
        }

        Assert.Equal(OwnerOnly.FolderMode, new DirectoryInfo(Logs).UnixFileMode);
        Assert.Equal(OwnerOnly.FileMode, File.GetUnixFileMode(Assert.Single(Directory.GetFiles(Logs, "*.json"))));
    }

    [Fact]
    public void A_log_that_cannot_be_written_does_not_stop_the_node()
    {
        File.WriteAllText(Logs, "in the way");
        using EventLog log = Open(PeerLogLevel.Verbose);

        log.Step("unheard");

        Assert.Equal("in the way", File.ReadAllText(Logs));
    }

    [Fact]
    public void A_second_log_in_the_same_folder_loses_no_line()
    {
        using (EventLog first = Open(PeerLogLevel.Verbose))
        using (EventLog second = Open(PeerLogLevel.Verbose))
        {
            for (int i = 0; i < 200; i++)
            {
                first.Step($"first {i}");
                second.Step($"second {i}");
            }
        }

        Assert.Equal(400, ReadLines("node*.json").Select(line => line.GetProperty("Message").GetString()).Distinct().Count());
    }

    [Fact]
    public void Counters_add_up_from_many_threads()
    {
        var counters = new TransferCounters();
        Parallel.For(0, 1000, _ =>
        {
            counters.ConnectionOpened();
            counters.AddSent(3);
            counters.AddReceived(5);
            counters.ConnectionClosed();
        });

        Assert.Equal((3000, 5000, 0), (counters.BytesSent, counters.BytesReceived, counters.Connections));
    }

    private EventLog Open(PeerLogLevel level) => EventLog.Open(new EventLogOptions { Folder = Logs, Level = level });

    private IEnumerable<JsonElement> ReadLines(string pattern) =>
        Directory.GetFiles(Logs, pattern).SelectMany(File.ReadAllLines).Select(line => JsonDocument.Parse(line).RootElement);
}
