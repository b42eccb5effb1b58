using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.Protocol;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>P1, P6, P7, D1: a trusted server whose listings name what must never become a local name.</summary>
public sealed class ListingOfHostileServerTests(FetchVictim victim) : IClassFixture<FetchVictim>
{
    private static readonly FindOptions s_patient = new() { Timeout = TimeSpan.FromSeconds(20) };

    [Fact]
    public async Task No_hostile_name_gets_out_of_a_search()
    {
        List<WireName> names =
        [
            new WireName(),
            HostileTalk.Wire([.. Enumerable.Repeat("a", WirePath.MaximumSegments + 1)]),
            HostileTalk.Wire([.. Enumerable.Repeat(new string('a', 250), 17)]),
        ];
        foreach (byte[] segment in HostileSegments.Refused())
        {
            names.Add(HostileTalk.Wire("docs"u8.ToArray(), segment));
            names.Add(HostileTalk.Wire("docs"u8.ToArray(), segment, "a.txt"u8.ToArray()));
            names.Add(HostileTalk.Wire(segment, "a.txt"u8.ToArray()));
        }

        int asked = 0;
        string destination = victim.NewDestination();
        await using HostileServer server = new(async peer =>
        {
            while (true)
            {
                (FrameHeader header, _) = await peer.UntilAsync(FrameType.Search);
                await ListAsync(peer, header.StreamId, new Entry { Name = names[asked] });
            }
        });
        await server.TrustByAsync(victim.Client, name: "names");

        for (; asked < names.Count; asked++)
        {
            SearchResult result = Assert.Single(await FindAsync(server, s_patient));
            Assert.Equal((asked, PeerError.ProtocolViolation), (asked, result.Failure!.Error));
            AssertPrintable(result.Failure.ToString());
        }

        Assert.True(asked >= 2000);
        await victim.AssertUnharmedAsync(destination);
    }

    [Fact]
    public async Task Names_that_only_look_hostile_land_inside_the_destination()
    {
        string destination = victim.NewDestination();
        byte[] content = "0123456789"u8.ToArray();
        (string Path, long Length)[] files = [.. HostileSegments.Lookalikes().Select(name => ($"docs/{name}", 10L))];

        List<TransferInfo> results = await victim.AttackAsync(
            destination,
            async peer =>
            {
                (uint stream, FetchItem[] items) = await peer.FetchedAsync(files.Length);
                foreach (FetchItem item in items)
                {
                    await peer.ServeAsync(stream, item.Index, content);
                }

                await peer.FinishAsync(stream);
            },
            files);

        Assert.Equal(files.Length, results.Count);
        Assert.All(results, result => Assert.Equal((result.Name, TransferStatus.Completed), (result.Name, result.Status)));
        await victim.AssertUnharmedAsync(destination, [.. HostileSegments.Lookalikes().Order(StringComparer.Ordinal)]);
    }

    [Fact]
    public async Task Paths_that_a_program_made_up_are_refused_before_anyone_is_asked()
    {
        string destination = victim.NewDestination();
        string[] paths = ["/etc/passwd", "docs/../../passwd", "../passwd", "docs//a", "docs/./a", "", "docs/a\0b", $"docs/{new string('x', 256)}"];

        List<TransferInfo> results = await victim.AttackAsync(destination, _ => Task.CompletedTask, [.. paths.Select(path => (path, 1L))]);

        Assert.Equal(paths.Length, results.Count);
        Assert.All(results, result => Assert.Equal(PeerError.FileNotFound, result.Error!.Error));
        Assert.All(results, result => AssertPrintable(result.Error!.ToString()));
        await victim.AssertUnharmedAsync(destination);
    }

    [Theory]
    [InlineData("docs/sub", "docs/other.txt")]
    [InlineData("docs/sub", "docs/subway/a.txt")]
    [InlineData("docs/sub", "secret/sub/a.txt")]
    [InlineData("docs/sub", "docs")]
    public async Task An_entry_outside_of_the_browsed_folder_is_refused(string asked, string answered)
    {
        await using HostileServer server = new(async peer =>
        {
            (FrameHeader header, _) = await peer.UntilAsync(FrameType.Browse);
            await ListAsync(peer, header.StreamId, new Entry { Name = HostileTalk.Wire(answered.Split('/')), Length = 1 });
        });
        await server.TrustByAsync(victim.Client, name: $"browser {answered.Replace('/', '-')}");

        PeerShareException failure = await Assert.ThrowsAsync<PeerShareException>(async () =>
        {
            await foreach (RemoteFile _ in victim.Client.Node.ExpandAsync(server.Target, asked, recurse: true, TestNode.Patience))
            {
            }
        });

        Assert.Equal(PeerError.ProtocolViolation, failure.Error);
    }

    [Fact]
    public async Task A_find_that_does_not_match_the_search_is_refused()
    {
        byte[] hash = new byte[32];
        Entry[] finds =
        [
            new() { Name = HostileTalk.Wire("docs", ".bashrc"), Length = 5, ModifiedUnixNs = 5 },
            new() { Name = HostileTalk.Wire("docs", "a.txt"), Length = 50, ModifiedUnixNs = 5 },
            new() { Name = HostileTalk.Wire("docs", "a.txt"), Length = 5, ModifiedUnixNs = long.MaxValue },
            new() { Name = HostileTalk.Wire("docs", "a.txt"), Length = 5, ModifiedUnixNs = 5, IsFolder = true },
            new() { Name = HostileTalk.Wire("other", "a.txt"), Length = 5, ModifiedUnixNs = 5 },
            new() { Name = HostileTalk.Wire("docs", "a.txt"), Length = 5, ModifiedUnixNs = 5, Hash = ByteString.CopyFrom(hash) },
            new() { Name = HostileTalk.Wire("docs", "a.txt"), Length = 5, ModifiedUnixNs = 5 },
        ];
        int asked = 0;
        await using HostileServer server = new(async peer =>
        {
            while (true)
            {
                (FrameHeader header, _) = await peer.UntilAsync(FrameType.Search);
                await ListAsync(peer, header.StreamId, finds[asked]);
            }
        });
        await server.TrustByAsync(victim.Client, name: "finder");
        FindOptions options = s_patient with
        {
            Names = ["*.txt"], Paths = ["docs/*"], MaximumLength = 10, ModifiedBefore = DateTimeOffset.UnixEpoch.AddDays(1),
        };

        for (; asked < 5; asked++)
        {
            SearchResult wrong = Assert.Single(await FindAsync(server, options));
            Assert.Equal((asked, PeerError.ProtocolViolation), (asked, wrong.Failure?.Error));
        }

        SearchResult otherHash = Assert.Single(await FindAsync(server, options with { Hash = Core.Content.Blake3Hasher.Hash([1]) }));
        Assert.Equal(PeerError.ProtocolViolation, otherHash.Failure?.Error);
        asked = 6;
        Assert.Equal("docs/a.txt", Assert.Single(await FindAsync(server, options)).File?.SharePath);
    }

    [Theory]
    [InlineData("a negative length")]
    [InlineData("a hash of 5 bytes")]
    [InlineData("a name that goes wrong after a good one")]
    [InlineData("no end")]
    [InlineData("a frame of another operation")]
    [InlineData("a batch that is no message")]
    [InlineData("a flood of empty batches")]
    [InlineData("garbage")]
    public async Task A_listing_that_breaks_the_rules_is_a_clear_error(string fault)
    {
        Entry entry = new() { Name = HostileTalk.Wire("docs", "a.txt") };
        await using HostileServer server = new(async peer =>
        {
            (FrameHeader header, _) = await peer.UntilAsync(FrameType.Search);
            uint stream = header.StreamId;
            switch (fault)
            {
                case "a negative length":
                    entry.Length = -1;
                    await ListAsync(peer, stream, entry);
                    break;
                case "a hash of 5 bytes":
                    entry.Hash = ByteString.CopyFrom(new byte[5]);
                    await ListAsync(peer, stream, entry);
                    break;
                case "a name that goes wrong after a good one":
                    Entry next = new() { Name = HostileTalk.Wire("docs", "..", "a.txt") };
                    await peer.SendAsync(FrameType.Entries, new Entries { Entries_ = { entry, next } }, stream);
                    break;
                case "no end":
                    await peer.SendAsync(FrameType.Entries, new Entries(), stream, last: true);
                    break;
                case "a frame of another operation":
                    await peer.SendAsync(FrameType.ItemHeader, new ItemHeader(), stream);
                    break;
                case "a batch that is no message":
                    await peer.SendAsync(FrameType.Entries, [0xFF, 0xFF, 0xFF], stream);
                    break;
                case "a flood of empty batches":
                    for (int i = 0; i < 200; i++)
                    {
                        await peer.SendAsync(FrameType.Entries, [], stream);
                    }

                    break;
                default:
                    await peer.SendAsync(Enumerable.Repeat((byte)0x5A, 1000).ToArray());
                    break;
            }
        });
        await server.TrustByAsync(victim.Client, name: $"lister of {fault}");

        SearchResult result = Assert.Single(await FindAsync(server, s_patient));

        Assert.Equal(PeerError.ProtocolViolation, result.Failure?.Error);
        Assert.Equal(server.Target.Text, result.Failure!.Target);
        await victim.AssertUnharmedAsync(victim.NewDestination());
    }

    [Fact]
    public async Task A_silent_peer_costs_one_error_and_delays_nobody()
    {
        await using HostileServer server = new(_ => Task.Delay(Timeout.Infinite));
        await server.TrustByAsync(victim.Client, name: "silence");
        FindOptions options = new() { Peers = [server.Target, victim.Client.Node.ResolvePeer("server")], Timeout = TimeSpan.FromSeconds(2) };

        List<SearchResult> results = [];
        await foreach (SearchResult result in victim.Client.Node.FindFilesAsync(options, TestNode.Patience))
        {
            results.Add(result);
        }

        Assert.Equal("docs/honest.txt", results[0].File?.SharePath);
        Assert.Equal(PeerError.ConnectTimeout, results[1].Failure?.Error);
        Assert.Equal(2, results.Count);
    }

    internal static void AssertPrintable(string text) => Assert.DoesNotContain(
        text.Replace("\r", "", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal),
        c => char.IsControl(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.Format
            or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator);

    private static async Task ListAsync(HostilePeer peer, uint stream, Entry entry)
    {
        await peer.SendAsync(FrameType.Entries, new Entries { Entries_ = { entry } }, stream);
        await peer.SendAsync(FrameType.ListingEnd, new ListingEnd { Entries = 1 }, stream, last: true);
    }

    private async Task<List<SearchResult>> FindAsync(HostileServer server, FindOptions options)
    {
        List<SearchResult> results = [];
        await foreach (SearchResult result in victim.Client.Node.FindFilesAsync(options with { Peers = [server.Target] }, TestNode.Patience))
        {
            results.Add(result);
        }

        return results;
    }
}
