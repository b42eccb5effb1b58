using System.Globalization;
using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>What a peer did stands in the audit, however it ends its requests and however many it makes.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private readonly TestNode _server = new();
    private HostileClient _client = null!;

    public async Task InitializeAsync()
    {
        _server.Write("docs/open.txt", "open"u8.ToArray());
        await _server.StartAsync(_server.Folder("inbox"), [_server["docs"]]);
        _client = await HostileClient.BefriendAsync(_server, PeerRights.Browse | PeerRights.Read | PeerRights.Write);
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_file_that_was_taken_but_for_its_last_frame_is_in_the_audit()
    {
        const int Size = 300_000;
        const int FrameBytes = 256 * 1024;
        _server.Write("docs/wanted.bin", new byte[Size]);
        uint stream = await _client.OpenAsync(FrameType.Fetch, new FetchRequest());
        await _client.Peer.SendAsync(
            FrameType.FetchItems, new FetchItems { Items = { new FetchItem { Name = HostileTalk.Wire("docs", "wanted.bin") } } }, stream);

        for (int received = 0; received < Size;)
        {
            (FrameHeader header, _) = await _client.Peer.UntilAsync(FrameType.Data);
            received += header.Length;
            if (received < Size)
            {
                // Exactly the next piece, so that no credit is left for the end.
                int end = Math.Min(Size, ((received / FrameBytes) + 1) * FrameBytes);
                await _client.Peer.SendAsync(FrameType.Credit, new Credit { Bytes = (uint)(end - received + FrameHeader.SizeInBytes) }, stream);
            }
        }

        _client.Dispose();

        await Waiting.UntilAsync(() => Audit().Contains("wanted.bin", StringComparison.Ordinal));
        Assert.Contains($"\"Bytes\":{Size}", Audit(), StringComparison.Ordinal);
        Assert.DoesNotContain("\"Result\":\"sent\"", Audit(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ranges_that_were_taken_before_the_peer_hung_up_are_in_the_audit()
    {
        const int Size = 3_000_000;
        _server.Write("docs/wanted.bin", new byte[Size]);
        uint stream = await _client.OpenAsync(FrameType.Fetch, new FetchRequest());
        FetchItem item = new() { Name = HostileTalk.Wire("docs", "wanted.bin"), Ranges = { new ByteRange { Length = Size } } };
        await _client.Peer.SendAsync(FrameType.FetchItems, new FetchItems { Items = { item } }, stream);
        await _client.Peer.UntilAsync(FrameType.Data);

        _client.Dispose();

        await Waiting.UntilAsync(() => Audit().Contains("wanted.bin", StringComparison.Ordinal));
        Assert.DoesNotContain("\"Result\":\"sent\"", Audit(), StringComparison.Ordinal);
        Assert.DoesNotContain(
            Audit().Split('\n'), line => line.Contains("wanted.bin", StringComparison.Ordinal) && line.Contains("\"Bytes\":0", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_whose_sender_hangs_up_is_in_the_audit()
    {
        uint stream = await _client.OpenAsync(FrameType.Push, new PushRequest());
        PushItem item = new() { Length = 1_000_000, Segments = { ByteString.CopyFromUtf8("half.bin") } };
        await _client.Peer.SendAsync(FrameType.PushOffer, new PushOffer { Items = { item } }, stream);
        await _client.Peer.UntilAsync(FrameType.PushVerdicts);
        await _client.Peer.HeadAsync(stream, 0, 1_000_000);
        await _client.Peer.SendAsync(FrameType.Data, new byte[10_000], stream);

        // The answer to this says that all before it was taken in.
        PushItem other = new() { Index = 1, Length = 1, Segments = { ByteString.CopyFromUtf8("other.bin") } };
        await _client.Peer.SendAsync(FrameType.PushOffer, new PushOffer { Items = { other } }, stream);
        await _client.Peer.UntilAsync(FrameType.PushVerdicts);
        _client.Dispose();

        await Waiting.UntilAsync(() => Audit().Contains("half.bin", StringComparison.Ordinal));
        Assert.Contains("\"Bytes\":10000", Audit(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_peer_cannot_make_the_audit_forget_by_asking_for_what_is_not_there()
    {
        const int Rounds = 20;
        const int Items = 14;
        FetchItem item = new() { Name = new WireName() };
        item.Name.Segments.AddRange(Enumerable.Repeat(ByteString.CopyFromUtf8(new string('\u200B', 85)), 16));
        long asked = 0;
        for (int round = 0; round < Rounds; round++)
        {
            FetchItems items = new();
            items.Items.AddRange(Enumerable.Range(0, Items).Select(i => new FetchItem { Index = (uint)i, Name = item.Name }));
            asked += items.CalculateSize();
            uint stream = await _client.OpenAsync(FrameType.Fetch, new FetchRequest());
            await _client.Peer.SendAsync(FrameType.FetchItems, items, stream, last: true);
            await _client.HearAsync(stream);
        }

        await _server.Node.DisposeAsync();

        string[] lines = [.. Audit().Split('\n').Where(line => line.Contains("fetch", StringComparison.Ordinal))];
        Assert.InRange(lines.Sum(line => line.Length), 0, asked / 20);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 2000));
        int summed = lines.Where(line => line.Contains("more refusals", StringComparison.Ordinal))
            .Sum(line => int.Parse(line.Split(" more refusals")[0].Split('"')[^1], CultureInfo.InvariantCulture));
        Assert.Equal(Rounds * Items, summed + lines.Count(line => !line.Contains("more refusals", StringComparison.Ordinal)));
    }

    private string Audit() => string.Concat(Directory.Exists(Path.Combine(_server.Home, "logs"))
        ? Directory.GetFiles(Path.Combine(_server.Home, "logs"), "audit*.json").Select(ReadShared)
        : []);

    private static string ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file);
        return reader.ReadToEnd();
    }
}
