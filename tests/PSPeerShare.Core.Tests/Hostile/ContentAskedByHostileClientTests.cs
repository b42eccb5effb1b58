using System.Security.Cryptography;
using Google.Protobuf;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>A1, R4, D1: what a trusted client hears about contents, trees and ranges, and what it does not.</summary>
public sealed class ContentAskedByHostileClientTests : IAsyncLifetime
{
    private const int Length = 3 * 1024 * 1024 + 17;

    private readonly byte[] _open = RandomNumberGenerator.GetBytes(Length);
    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(Length);
    private readonly TestNode _server = new();
    private HostileClient _client = null!;

    public async Task InitializeAsync()
    {
        _server.Write("docs/open.bin", _open);
        _server.Write("docs/hidden.key", _secret);
        _server.Write("private/a.bin", _secret);
        await _server.StartAsync();
        await _server.Node.AddShareAsync(new ShareOptions { Path = _server["docs"], Exclude = ["*.key"] }, TestNode.Patience);
        await _server.Node.AddShareAsync(
            new ShareOptions { Path = _server["private"], Peers = [NodeId.FromBytes([.. Enumerable.Range(1, 32).Select(i => (byte)i)])] }, TestNode.Patience);
        _client = await HostileClient.BefriendAsync(_server);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_content_that_the_peer_may_see_is_had()
    {
        WhoHasAnswer answer = Assert.Single(await WhoHasAsync((HostileTalk.RootOf(_open), Length)));

        Assert.Equal(["docs", "open.bin"], answer.Name.Segments.Select(s => s.ToStringUtf8()));
        Assert.Equal(Length, answer.Length);
        Assert.Equal(HostileTalk.RootOf(_open), answer.Hash.ToByteArray());
    }

    [Fact]
    public async Task Excluded_and_private_contents_are_not_had_and_look_like_missing_ones()
    {
        List<WhoHasAnswer> denied = await WhoHasAsync((HostileTalk.RootOf(_secret), Length));
        List<WhoHasAnswer> missing = await WhoHasAsync((RandomNumberGenerator.GetBytes(32), Length));

        Assert.Empty(denied);
        Assert.Empty(missing);
    }

    [Fact]
    public async Task Who_may_only_browse_is_not_told_what_a_file_holds()
    {
        using HostileClient browser = await HostileClient.BefriendAsync(_server, PeerRights.Browse, "browser");

        Assert.Empty(await WhoHasAsync(browser, (HostileTalk.RootOf(_open), Length)));
        WireError?[] codes = [.. (await TreeAsync(browser, "docs", "open.bin")).Select(HostileClient.CodeOf)];
        Assert.Equal(WireError.NotFound, codes[0]);
    }

    [Theory]
    [InlineData(Limits.WhoHasHashes + 1, 32, true)]
    [InlineData(1, 31, true)]
    [InlineData(1, 32, false)]
    public async Task A_question_out_of_bounds_is_refused(int hashes, int bytes, bool withLengths)
    {
        WhoHasRequest request = new();
        for (int i = 0; i < hashes; i++)
        {
            request.Hashes.Add(ByteString.CopyFrom(RandomNumberGenerator.GetBytes(bytes)));
            if (withLengths)
            {
                request.Lengths.Add(1);
            }
        }

        Assert.Equal(WireError.BadRequest, HostileClient.CodeOf(Assert.Single(await _client.AskAsync(FrameType.WhoHas, request))));
    }

    [Fact]
    public async Task The_tree_of_a_file_proves_it_and_has_the_length_that_follows_from_the_files()
    {
        List<(FrameHeader Header, byte[] Payload)> heard = await TreeAsync(_client, "docs", "open.bin");

        Description description = Description.Parser.ParseFrom(heard[0].Payload);
        byte[] tree = [.. heard.Skip(1).SelectMany(frame => frame.Payload)];
        Assert.Equal(new GroupLayout(Length).GroupBytes, description.GroupBytes);
        Assert.Equal(Outboard.SizeFor(Length), tree.Length);
        Assert.True(Outboard.TryVerify(ContentHash.FromBytes(HostileTalk.RootOf(_open)), Length, tree, out Outboard? outboard));
        Assert.True(outboard.Proves(1, _open.AsSpan(outboard.Layout.GroupBytes, outboard.Layout.GroupBytes)));
    }

    [Theory]
    [InlineData("private", "a.bin")]
    [InlineData("docs", "hidden.key")]
    [InlineData("docs", "missing.bin")]
    public async Task Trees_and_ranges_of_what_is_not_shown_are_missing(string share, string file)
    {
        Assert.Equal(WireError.NotFound, HostileClient.CodeOf((await TreeAsync(_client, share, file))[0]));
        Assert.Equal([WireError.NotFound], (await RangesAsync(Item(0, [(0, 1)], share, file))).Codes);
    }

    [Fact]
    public async Task Ranges_are_exactly_those_asked_for()
    {
        (WireError[] codes, byte[] data) = await RangesAsync(
            Item(0, [(5, 1), (100, 700_000), (Length - 3, 3)]), Item(1, [(0, Length)]), Item(2, [(0, 1)]));

        Assert.Equal([WireError.None, WireError.None, WireError.None], codes);
        Assert.Equal([.. _open[5..6], .. _open[100..700_100], .. _open[^3..], .. _open, _open[0]], data);
    }

    public static TheoryData<string> Impossible => ["0+0", "0+-1", "-1+2", "5+5 4+1", "0+9 5+1", $"{Length}+1", $"0+{Length + 1}", $"9+{long.MaxValue}", $"{long.MaxValue}+{long.MaxValue}"];

    [Theory]
    [MemberData(nameof(Impossible))]
    public async Task Ranges_that_a_file_does_not_have_end_their_item_and_send_nothing(string text)
    {
        (long, long)[] ranges = [.. text.Split(' ').Select(range => range.Split('+')).Select(p => (long.Parse(p[0], null), long.Parse(p[1], null)))];

        (WireError[] codes, byte[] data) = await RangesAsync(Item(0, ranges), Item(1, [(7, 1)]));

        Assert.Equal([WireError.BadRequest, WireError.None], codes);
        Assert.Equal([_open[7]], data);
    }

    [Fact]
    public async Task A_file_that_changes_between_two_ranges_is_changed_and_never_mixed()
    {
        uint stream = await _client.OpenAsync(FrameType.Fetch, new FetchRequest());
        await _client.Peer.SendAsync(FrameType.FetchItems, new FetchItems { Items = { Item(0, [(0, 10)]) } }, stream);
        (FrameHeader _, byte[] first) = await _client.Peer.UntilAsync(FrameType.ItemEnd, FrameType.ItemError);
        File.WriteAllBytes(_server["docs", "open.bin"], _secret);

        await _client.Peer.SendAsync(FrameType.FetchItems, new FetchItems { Items = { Item(1, [(10, 10)]) } }, stream, last: true);
        List<(FrameHeader Header, byte[] Payload)> second = await _client.HearAsync(stream);

        Assert.Equal(0u, ItemEnd.Parser.ParseFrom(first).Index);
        Assert.Equal(WireError.Changed, second.Select(HostileClient.CodeOf).First(code => code is not null));
        Assert.DoesNotContain(second, frame => frame.Header.Type == FrameType.Data && frame.Header.Length > 0);
    }

    [Fact]
    public async Task A_file_that_is_replaced_between_two_ranges_goes_on_as_it_was()
    {
        uint stream = await _client.OpenAsync(FrameType.Fetch, new FetchRequest());
        await _client.Peer.SendAsync(FrameType.FetchItems, new FetchItems { Items = { Item(0, [(0, 10)]) } }, stream);
        await _client.Peer.UntilAsync(FrameType.ItemEnd);
        string other = _server.Write("other.bin", _secret);
        File.Move(other, _server["docs", "open.bin"], overwrite: true);

        await _client.Peer.SendAsync(FrameType.FetchItems, new FetchItems { Items = { Item(1, [(10, 10)]) } }, stream, last: true);
        List<(FrameHeader Header, byte[] Payload)> second = await _client.HearAsync(stream);

        // Unlinking changes the file's facts, so that it counts as changed; what must not come is the other file.
        Assert.DoesNotContain(second, frame => frame.Header.Type == FrameType.Data && frame.Payload.AsSpan().SequenceEqual(_secret.AsSpan(10, 10)));
    }

    [Fact]
    public async Task A_right_that_ends_between_two_ranges_ends_the_file()
    {
        uint stream = await _client.OpenAsync(FrameType.Fetch, new FetchRequest());
        await _client.Peer.SendAsync(FrameType.FetchItems, new FetchItems { Items = { Item(0, [(0, 10)]) } }, stream);
        await _client.Peer.UntilAsync(FrameType.ItemEnd);
        await _server.Node.RemoveShareAsync("docs", TestNode.Patience);

        await _client.Peer.SendAsync(FrameType.FetchItems, new FetchItems { Items = { Item(1, [(10, 10)]) } }, stream, last: true);

        Assert.Equal(WireError.NotFound, (await _client.HearAsync(stream)).Select(HostileClient.CodeOf).First(code => code is not null));
    }

    private static FetchItem Item(uint index, (long Offset, long Length)[] ranges, string share = "docs", string file = "open.bin")
    {
        FetchItem item = new() { Index = index, Name = HostileTalk.Wire(share, file) };
        item.Ranges.AddRange(ranges.Select(range => new ByteRange { Offset = range.Offset, Length = range.Length }));
        return item;
    }

    private Task<List<WhoHasAnswer>> WhoHasAsync(params (byte[] Hash, long Length)[] contents) => WhoHasAsync(_client, contents);

    private static async Task<List<WhoHasAnswer>> WhoHasAsync(HostileClient client, params (byte[] Hash, long Length)[] contents)
    {
        WhoHasRequest request = new();
        request.Hashes.AddRange(contents.Select(content => ByteString.CopyFrom(content.Hash)));
        request.Lengths.AddRange(contents.Select(content => content.Length));
        return [.. (await client.AskAsync(FrameType.WhoHas, request))
            .Where(frame => frame.Header.Type == FrameType.WhoHasAnswer)
            .Select(frame => WhoHasAnswer.Parser.ParseFrom(frame.Payload))];
    }

    private static Task<List<(FrameHeader Header, byte[] Payload)>> TreeAsync(HostileClient client, string share, string file) => client.AskAsync(
        FrameType.Describe,
        new DescribeRequest { WantOutboard = true, Items = { new FetchItem { Name = HostileTalk.Wire(share, file) } } });

    private async Task<(WireError[] Codes, byte[] Data)> RangesAsync(params FetchItem[] items)
    {
        uint stream = await _client.OpenAsync(FrameType.Fetch, new FetchRequest());
        await _client.Peer.SendAsync(FrameType.FetchItems, new FetchItems { Items = { items } }, stream, last: true);
        List<(FrameHeader Header, byte[] Payload)> heard = await _client.HearAsync(stream);
        return ([.. heard.Select(HostileClient.CodeOf).OfType<WireError>()],
            [.. heard.Where(frame => frame.Header.Type == FrameType.Data).SelectMany(frame => frame.Payload)]);
    }
}
