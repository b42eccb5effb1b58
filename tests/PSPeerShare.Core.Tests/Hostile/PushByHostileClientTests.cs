using System.Runtime.Versioning;
using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.Protocol;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>P1, P2, P5: a client that may write, and tries to write elsewhere, over something, or without leave.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PushByHostileClientTests : IAsyncLifetime
{
    private static readonly byte[] s_content = "0123456789"u8.ToArray();
    private static readonly byte[] s_canary = "as it was!"u8.ToArray();

    private readonly TestNode _server = new();
    private HostileClient _client = null!;

    private string Folder => _server["world", "inbox", $"evil-{_client.Id.ShortId}"];

    public async Task InitializeAsync()
    {
        _server.Write("docs/open.txt", s_canary);
        _server.Write("world/.ssh/authorized_keys", s_canary);
        _server.Write("world/inbox/friend-AAAAAAA/theirs.txt", s_canary);
        _server.Write("world/inbox/at-root.txt", s_canary);
        await _server.StartAsync(_server["world", "inbox"], [_server["docs"]]);
        _client = await HostileClient.BefriendAsync(_server, PeerRights.Browse | PeerRights.Read | PeerRights.Write);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Hostile_names_are_refused_before_their_data()
    {
        List<ByteString[]> names = [[], [.. Enumerable.Repeat(ByteString.CopyFromUtf8("a"), 65)]];
        foreach (byte[] segment in HostileSegments.Refused())
        {
            names.Add([ByteString.CopyFrom(segment)]);
            names.Add([ByteString.CopyFrom(segment), ByteString.CopyFromUtf8("a.txt")]);
            names.Add([ByteString.CopyFromUtf8("a"), ByteString.CopyFrom(segment), ByteString.CopyFromUtf8("a.txt")]);
        }

        foreach (string leaking in (string[])["desktop.ini", "x.LNK", "a.url", "Autorun.inf ", "b.theme.", "c.scf:stream", "folder.library-ms"])
        {
            names.Add([ByteString.CopyFromUtf8(leaking)]);
        }

        uint stream = await _client.OpenAsync(FrameType.Push, new PushRequest());
        uint index = 0;
        foreach (ByteString[][] some in names.Chunk(50))
        {
            PushOffer offer = new();
            offer.Items.AddRange(some.Select(name => new PushItem { Index = index++, Segments = { name }, Length = 1 }));
            await _client.Peer.SendAsync(FrameType.PushOffer, offer, stream);
            for (int heard = 0; heard < some.Length;)
            {
                (_, byte[] payload) = await _client.Peer.UntilAsync(FrameType.PushVerdicts);
                foreach (PushVerdict verdict in PushVerdicts.Parser.ParseFrom(payload).Verdicts)
                {
                    heard++;
                    Assert.Equal((false, false, (uint)WireError.NameRefused), (verdict.Accepted, verdict.WantHash, verdict.Code));
                }
            }

            await _client.Peer.SendAsync(FrameType.Credit, new Credit { Bytes = 32 * 1024 }, stream);
        }

        Assert.True(index >= 2000);
        AssertUnharmed();
    }

    [Theory]
    [InlineData("../friend-AAAAAAA/theirs.txt")]
    [InlineData("../at-root.txt")]
    [InlineData("../../.ssh/authorized_keys")]
    public async Task Nothing_gets_out_of_the_peers_own_folder(string path)
    {
        await Assert.ThrowsAnyAsync<Exception>(() => PushAsync(path.Split('/')));
        AssertUnharmed();
    }

    [Theory]
    [InlineData("..\\..\\at-root.txt")]
    [InlineData("~root")]
    [InlineData("C:")]
    [InlineData("friend-AAAAAAA")]
    [InlineData("setup.zip")]
    [InlineData("run.sh")]
    public async Task What_is_pushed_stays_a_plain_new_file_of_the_peers_folder(string name)
    {
        await PushAsync(name);

        AssertUnharmed(name);
        Assert.Equal(s_content, File.ReadAllBytes(Path.Combine(Folder, name)));
        Assert.Equal((UnixFileMode)0, File.GetUnixFileMode(Path.Combine(Folder, name)) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute));
    }

    [Fact]
    public async Task A_second_file_of_a_name_replaces_nothing()
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllBytes(Path.Combine(Folder, "a.txt"), s_canary);

        Committed committed = await PushAsync("a.txt");

        Assert.Equal("a (2).txt", committed.StoredName);
        Assert.Equal(s_canary, File.ReadAllBytes(Path.Combine(Folder, "a.txt")));
        Assert.Equal(s_content, File.ReadAllBytes(Path.Combine(Folder, "a (2).txt")));
        AssertUnharmed("a (2).txt", "a.txt");
    }

    [Fact]
    public async Task A_link_in_the_inbox_leads_nowhere()
    {
        Directory.CreateDirectory(Folder);
        Directory.CreateSymbolicLink(Path.Combine(Folder, "out"), _server["world", ".ssh"]);
        File.CreateSymbolicLink(Path.Combine(Folder, "key.txt"), _server["world", ".ssh", "authorized_keys"]);

        await Assert.ThrowsAnyAsync<Exception>(() => PushAsync("out", "authorized_keys"));
        await Assert.ThrowsAnyAsync<Exception>(() => PushAsync("out", "new.txt"));
        Committed committed = await PushAsync("key.txt");

        Assert.Equal("key (2).txt", committed.StoredName);
        Assert.Equal(s_canary, File.ReadAllBytes(_server["world", ".ssh", "authorized_keys"]));
        Assert.Equal(["authorized_keys"], Directory.GetFiles(_server["world", ".ssh"]).Select(Path.GetFileName));
    }

    public static TheoryData<string> Breaches => [.. s_breaches.Keys];

    [Theory]
    [MemberData(nameof(Breaches))]
    public async Task A_breach_ends_the_stream_and_leaves_nothing(string breach)
    {
        uint stream = await _client.OpenAsync(FrameType.Push, new PushRequest());

        await s_breaches[breach](_client.Peer, stream);

        WireError[] clear = [WireError.BadRequest, WireError.ContentMismatch, WireError.NoSpace];
        (FrameHeader Header, byte[] Payload) end;
        do
        {
            // A file that was under way ends with an error of its own before the stream does.
            end = await _client.Peer.UntilAsync(FrameType.Error, FrameType.GoingAway, FrameType.ItemError);
        }
        while (end.Header.Type == FrameType.ItemError && !clear.Contains(HostileClient.CodeOf(end)!.Value));
        Assert.True(end.Header.Type == FrameType.GoingAway || clear.Contains(HostileClient.CodeOf(end)!.Value));

        AssertUnharmed();
        using HostileClient honest = await HostileClient.BefriendAsync(_server, PeerRights.Read, "honest");
        Assert.Equal([WireError.None], await honest.FetchAsync(HostileTalk.Wire("docs", "open.txt")));
    }

    private static readonly Dictionary<string, Func<HostilePeer, uint, Task>> s_breaches = new()
    {
        ["data without an offer"] = (peer, stream) => peer.SendAsync(FrameType.Data, s_content, stream),
        ["a header without an offer"] = (peer, stream) => peer.HeadAsync(stream, 0, 10),
        ["a file that was refused"] = async (peer, stream) =>
        {
            await OfferAsync(peer, stream, 0, "x.lnk");
            await peer.UntilAsync(FrameType.PushVerdicts);
            await peer.ServeAsync(stream, 0, s_content);
        },
        ["an index twice"] = async (peer, stream) =>
        {
            await OfferAsync(peer, stream, 0, "a.txt");
            await OfferAsync(peer, stream, 0, "b.txt");
        },
        ["a file twice"] = async (peer, stream) =>
        {
            await OfferAsync(peer, stream, 0, "a.txt");
            await peer.UntilAsync(FrameType.PushVerdicts);
            await peer.HeadAsync(stream, 0, 10);
            await peer.HeadAsync(stream, 0, 10);
        },
        ["a negative length in the offer"] = (peer, stream) => OfferAsync(peer, stream, 0, "a.txt", -1),
        ["a negative length in the header"] = async (peer, stream) =>
        {
            await OfferAsync(peer, stream, 0, "a.txt");
            await peer.UntilAsync(FrameType.PushVerdicts);
            await peer.HeadAsync(stream, 0, long.MinValue);
        },
        ["a longer file than offered"] = async (peer, stream) =>
        {
            await OfferAsync(peer, stream, 0, "a.txt", 1);
            await peer.UntilAsync(FrameType.PushVerdicts);
            await peer.HeadAsync(stream, 0, 3L << 30);
        },
        ["a shorter file than offered"] = async (peer, stream) =>
        {
            await OfferAsync(peer, stream, 0, "a.txt", 1 << 20);
            await peer.UntilAsync(FrameType.PushVerdicts);
            await peer.HeadAsync(stream, 0, 10);
        },
        ["a length that no disk has"] = async (peer, stream) =>
        {
            await OfferAsync(peer, stream, 0, "a.txt", long.MaxValue);
            await peer.UntilAsync(FrameType.PushVerdicts);
            await peer.HeadAsync(stream, 0, long.MaxValue);
        },
        ["more data than announced"] = async (peer, stream) =>
        {
            await OfferAsync(peer, stream, 0, "a.txt", 9);
            await peer.UntilAsync(FrameType.PushVerdicts);
            await peer.HeadAsync(stream, 0, 9);
            await peer.SendAsync(FrameType.Data, s_content, stream);
        },
        ["less data than announced"] = async (peer, stream) =>
        {
            await OfferAsync(peer, stream, 0, "a.txt", 11);
            await peer.UntilAsync(FrameType.PushVerdicts);
            await peer.HeadAsync(stream, 0, 11);
            await peer.SendAsync(FrameType.Data, s_content, stream);
            await peer.EndAsync(stream, 0, HostileTalk.RootOf(s_content));
        },
        ["another content than stated"] = async (peer, stream) =>
        {
            await OfferAsync(peer, stream, 0, "a.txt");
            await peer.UntilAsync(FrameType.PushVerdicts);
            await peer.HeadAsync(stream, 0, 10);
            await peer.SendAsync(FrameType.Data, s_content, stream);
            await peer.EndAsync(stream, 0, HostileTalk.RootOf([1]));
        },
        ["thousands of offers"] = async (peer, stream) =>
        {
            PushOffer offer = new();
            offer.Items.AddRange(Enumerable.Range(0, Limits.OpenPushItems + 1).Select(i => new PushItem
            {
                Index = (uint)i, Length = 1, Segments = { ByteString.CopyFromUtf8($"{i}") },
            }));
            await peer.SendAsync(FrameType.PushOffer, offer, stream);
        },
        ["an offer that is no message"] = (peer, stream) => peer.SendAsync(FrameType.PushOffer, [0xFF], stream),
        ["verdicts of its own"] = (peer, stream) => peer.SendAsync(FrameType.PushVerdicts, new PushVerdicts(), stream),
    };

    [Fact]
    public async Task Who_may_not_write_is_told_so_and_writes_nothing()
    {
        await _server.Node.SetPeerAsync(_client.Id, new PeerChange { Allow = PeerRights.Browse | PeerRights.Read }, TestNode.Patience);

        List<(FrameHeader Header, byte[] Payload)> heard = await _client.HearAsync(await _client.OpenAsync(FrameType.Push, new PushRequest()));

        Assert.Equal(WireError.Refused, HostileClient.CodeOf(Assert.Single(heard)));
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task Refusals_that_outgrow_a_frame_come_in_several()
    {
        PushOffer offer = new();
        offer.Items.AddRange(Enumerable.Range(0, 4000).Select(i => new PushItem { Index = (uint)i, Segments = { ByteString.CopyFromUtf8("a.lnk") } }));
        uint stream = await _client.OpenAsync(FrameType.Push, new PushRequest());
        await _client.Peer.SendAsync(FrameType.Credit, new Credit { Bytes = 1 << 20 }, stream);

        await _client.Peer.SendAsync(FrameType.PushOffer, offer, stream, last: true);

        List<(FrameHeader Header, byte[] Payload)> heard = await _client.HearAsync(stream);
        Assert.Equal(4000, heard.Where(frame => frame.Header.Type == FrameType.PushVerdicts).Sum(frame => PushVerdicts.Parser.ParseFrom(frame.Payload).Verdicts.Count));
    }

    private static Task OfferAsync(HostilePeer peer, uint stream, uint index, string name, long length = 10) => peer.SendAsync(
        FrameType.PushOffer,
        new PushOffer { Items = { new PushItem { Index = index, Length = length, Segments = { ByteString.CopyFromUtf8(name) } } } },
        stream);

    /// <summary>Offers and sends one file as an honest client does.</summary>
    private async Task<Committed> PushAsync(params string[] name)
    {
        uint stream = await _client.OpenAsync(FrameType.Push, new PushRequest());
        PushItem item = new() { Length = s_content.Length, Hash = ByteString.CopyFrom(HostileTalk.RootOf(s_content)) };
        item.Segments.AddRange(name.Select(ByteString.CopyFromUtf8));
        await _client.Peer.SendAsync(FrameType.PushOffer, new PushOffer { Items = { item } }, stream);
        (_, byte[] verdict) = await _client.Peer.UntilAsync(FrameType.PushVerdicts);
        Assert.True(PushVerdicts.Parser.ParseFrom(verdict).Verdicts[0].Accepted);
        await _client.Peer.ServeAsync(stream, 0, s_content);
        (FrameHeader header, byte[] answer) = await _client.Peer.UntilAsync(FrameType.Committed, FrameType.ItemError);
        return header.Type == FrameType.Committed ? Committed.Parser.ParseFrom(answer) : throw new IOException($"{ItemError.Parser.ParseFrom(answer)}");
    }

    private void AssertUnharmed(params string[] arrived)
    {
        EnumerationOptions all = new() { RecurseSubdirectories = true, AttributesToSkip = 0 };
        string[] files = [.. Directory.EnumerateFiles(_server["world"], "*", all).Where(path => !path.Contains(Core.Files.SafeRoot.StagingName, StringComparison.Ordinal)).Select(path => Path.GetRelativePath(_server["world"], path)).Order(StringComparer.Ordinal)];
        string own = $"inbox/evil-{_client.Id.ShortId}/";
        Assert.Equal(
            [.. ((string[])[".ssh/authorized_keys", "inbox/at-root.txt", "inbox/friend-AAAAAAA/theirs.txt", .. arrived.Select(name => own + name)]).Order(StringComparer.Ordinal)],
            files);
        Assert.All(files.Where(file => !file.StartsWith(own, StringComparison.Ordinal)), file => Assert.Equal(s_canary, File.ReadAllBytes(_server["world", file])));
    }
}
