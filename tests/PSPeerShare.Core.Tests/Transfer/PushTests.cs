using PSPeerShare.Core.Content;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Sending into an inbox.</summary>
public sealed class PushTests : IAsyncLifetime
{
    private NodePair _pair = null!;

    public async Task InitializeAsync() => _pair = await NodePair.StartWithInboxAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Files_land_in_a_folder_named_from_the_receivers_book_and_the_senders_id()
    {
        _pair.Client.Write("out/a.txt", "a"u8.ToArray());
        _pair.Client.Write("out/sub/b.bin", new byte[1_000_000]);
        _pair.Client.Write("out/empty", []);

        List<TransferInfo> results = await _pair.PushAsync(PeerNode.ExpandLocal(_pair.Client["out"], recurse: true));

        PeerInfo sender = Assert.Single(_pair.Server.Node.GetPeers());
        Assert.Equal($"{sender.Name}-{sender.NodeId.ShortId}", Path.GetFileName(_pair.InboxFolder));
        NodePair.AssertHolds(_pair.InboxFolder, "out/a.txt", "out/empty", "out/sub/b.bin");
        Assert.All(results, NodePair.AssertCompleted);
        TransferInfo result = results.Single(r => r.Name == "b.bin");
        Assert.Equal(
            (TransferDirection.Send, "out/sub/b.bin", "server", 1_000_000, _pair.Client["out", "sub", "b.bin"]),
            (result.Direction, result.SharePath, result.Peer, result.BytesTransferred, result.LocalPath));
        Assert.Equal(Blake3Hasher.Hash(new byte[1_000_000]), result.Hash);
        Assert.Equal(File.GetLastWriteTimeUtc(_pair.Client["out", "a.txt"]), File.GetLastWriteTimeUtc(Path.Combine(_pair.InboxFolder, "out", "a.txt")));
    }

    [Theory]
    [InlineData("reports/2026")]
    [InlineData("/reports/2026/")]
    public async Task A_destination_is_a_folder_inside_it(string destination)
    {
        TransferInfo result = Assert.Single(await _pair.Client.PushAsync(
            _pair.To() with { Destination = destination }, One("a.txt", "a")));

        NodePair.AssertCompleted(result);
        Assert.Equal("reports/2026/a.txt", result.SharePath);
        NodePair.AssertHolds(_pair.InboxFolder, "reports/2026/a.txt");
    }

    [Theory]
    [InlineData("..")]
    [InlineData("a/../../b")]
    [InlineData("a/./b")]
    public async Task No_destination_leads_out_of_it(string destination)
    {
        TransferInfo result = Assert.Single(await _pair.Client.PushAsync(_pair.To() with { Destination = destination }, One("a.txt", "a")));

        NodePair.AssertFailed(PeerError.NameRefused, result);
        NodePair.AssertHolds(_pair.Server["inbox"]);
    }

    [Fact]
    public async Task The_same_content_again_is_unchanged()
    {
        LocalFile file = One("a.txt", "same");
        await _pair.PushAsync(file);

        TransferInfo again = Assert.Single(await _pair.PushAsync(file));

        Assert.Equal((TransferStatus.Unchanged, null, 0L), (again.Status, again.Error, again.BytesTransferred));
        Assert.Equal(Blake3Hasher.Hash("same"u8), again.Hash);
        NodePair.AssertHolds(_pair.InboxFolder, "a.txt");
    }

    [Theory]
    [InlineData("other")]
    [InlineData("another length")]
    public async Task Other_content_gets_a_free_name_and_the_sender_is_told(string other)
    {
        await _pair.PushAsync(One("sub.d/a.txt", "first"));

        TransferInfo result = Assert.Single(await _pair.PushAsync(One("sub.d/a.txt", other)));

        NodePair.AssertCompleted(result);
        Assert.Equal("a (2).txt", result.SharePath);
        Assert.Equal("first", File.ReadAllText(Path.Combine(_pair.InboxFolder, "a.txt")));
        Assert.Equal(other, File.ReadAllText(Path.Combine(_pair.InboxFolder, "a (2).txt")));
        TransferInfo again = Assert.Single(await _pair.PushAsync(One("sub.d/a.txt", other)));
        Assert.Equal((TransferStatus.Unchanged, "a (2).txt"), (again.Status, again.SharePath));
        NodePair.AssertHolds(_pair.InboxFolder, "a.txt", "a (2).txt");
    }

    [Fact]
    public async Task Two_files_of_one_name_in_one_push_are_both_kept()
    {
        List<TransferInfo> results = await _pair.PushAsync(One("x/a.txt", "one"), One("y/a.txt", "other"));

        Assert.All(results, NodePair.AssertCompleted);
        NodePair.AssertHolds(_pair.InboxFolder, "a.txt", "a (2).txt");
        Assert.Equal(["a (2).txt", "a.txt"], results.Select(r => r.SharePath).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_lies_in_an_inbox_cannot_be_listed_or_read_back()
    {
        await _pair.PushAsync(One("a.txt", "a"));
        string folder = Path.GetFileName(_pair.InboxFolder);

        Assert.Empty(await _pair.Client.FindAsync());
        List<TransferInfo> results = await _pair.FetchAsync(null, $"inbox/{folder}/a.txt", $"{folder}/a.txt", "a.txt");
        Assert.All(results, r => NodePair.AssertFailed(PeerError.FileNotFound, r));
    }

    [Fact]
    public async Task More_small_files_than_may_be_open_at_once_arrive()
    {
        const int Count = 2_500;
        for (int i = 0; i < Count; i++)
        {
            _pair.Client.Write($"out/d{i % 10}/f{i}", BitConverter.GetBytes(i));
        }

        List<TransferInfo> results = await _pair.PushAsync(PeerNode.ExpandLocal(_pair.Client["out"], recurse: true));

        Assert.Equal(Count, results.Count);
        Assert.All(results, NodePair.AssertCompleted);
        string folder = _pair.InboxFolder;
        Assert.All(Enumerable.Range(0, Count), i => Assert.Equal(i, BitConverter.ToInt32(File.ReadAllBytes(Path.Combine(folder, "out", $"d{i % 10}", $"f{i}")))));
        List<TransferInfo> again = await _pair.PushAsync(PeerNode.ExpandLocal(_pair.Client["out"], recurse: true));
        Assert.Equal(Count, again.Count(r => r.Status == TransferStatus.Unchanged));
    }

    [Fact]
    public async Task Each_of_several_peers_has_its_own_outcome()
    {
        await using TestNode second = new();
        await using TestNode refusing = new();
        await second.StartAsync(new ServerOptions { Inbox = second["inbox"] });
        await refusing.StartAsync(new ServerOptions());
        await second.BefriendAsync(_pair.Client, PeerRights.Write);
        await refusing.BefriendAsync(_pair.Client, PeerRights.Write);
        PeerTarget[] peers = [.. _pair.Client.Node.GetPeers().Select(p => _pair.Client.Node.ResolvePeer(p.Name))];
        PeerTarget nobody = new("nobody", refusing.Node.GetIdentity().NodeId, ["127.0.0.1:1"]);
        LocalFile[] files = [One("a.txt", "a"), One("b.txt", "b")];

        List<TransferInfo> results = await _pair.Client.PushAsync(new PushOptions { Peers = peers, ThrottleLimit = 1 }, files);

        Assert.Equal(6, results.Count);
        Assert.Equal(4, results.Count(r => r.Status == TransferStatus.Completed));
        Assert.All(results.Where(r => r.Error is not null), r => NodePair.AssertFailed(PeerError.PushRefused, r));
        Assert.All(results.Where(r => r.Error is not null), r => Assert.Equal(r.Peer, r.Error!.Target));
        Assert.Single(results.Where(r => r.Error is not null).Select(r => r.NodeId).Distinct(), refusing.Node.GetIdentity().NodeId);
        NodePair.AssertHolds(_pair.InboxFolder, "a.txt", "b.txt");
        Assert.NotNull(nobody);
    }

    [Fact]
    public async Task Peers_push_at_once_without_disturbing_each_other()
    {
        await using TestNode other = new();
        await _pair.Server.BefriendAsync(other, PeerRights.Write);
        string large = other.Write("large.bin", new byte[5_000_000]);

        List<TransferInfo>[] results = await Task.WhenAll(
            _pair.PushAsync(One("a.txt", "from the one")),
            other.PushAsync(
                new PushOptions { Peers = [other.Node.ResolvePeer("server")] },
                new LocalFile(other.Write("a.txt", "from the other"u8.ToArray()), "a.txt", 14),
                new LocalFile(large, "large.bin", 5_000_000)));

        Assert.All(results.SelectMany(r => r), NodePair.AssertCompleted);
        string[] folders = Directory.GetDirectories(_pair.Server["inbox"]);
        Assert.Equal(2, folders.Length);
        Assert.Equal(["from the one", "from the other"], folders.Select(f => File.ReadAllText(Path.Combine(f, "a.txt"))).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_job_without_files_ends_and_connects_nobody()
    {
        await using TransferJob<LocalFile> job = _pair.Client.Node.BeginPush(_pair.To());
        job.Complete();

        Assert.Empty(await TestNode.ReadAllAsync(job));
        NodePair.AssertHolds(_pair.Server["inbox"]);
    }

    [Fact]
    public void Local_paths_expand_to_files_without_links()
    {
        _pair.Client.Write("out/a", [1]);
        _pair.Client.Write("out/sub/b", [1, 2]);
        File.CreateSymbolicLink(_pair.Client["out", "link"], _pair.Client["out", "a"]);
        string folder = _pair.Client["out"];

        Assert.Equal(["out/a", "out/sub/b"], PeerNode.ExpandLocal(folder, recurse: true).Select(f => f.RelativeName).Order(StringComparer.Ordinal));
        Assert.Equal(["out/a"], PeerNode.ExpandLocal(folder, recurse: false).Select(f => f.RelativeName));
        Assert.Equal(new LocalFile(_pair.Client["out", "a"], "a", 1), Assert.Single(PeerNode.ExpandLocal(_pair.Client["out", "a"], recurse: false)));
        Assert.Equal(PeerError.PathNotFound, Assert.Throws<PeerShareException>(() => PeerNode.ExpandLocal(_pair.Client["gone"], recurse: true).ToArray()).Error);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(500_000)]
    public async Task A_file_that_has_another_length_than_when_it_was_listed_arrives_as_it_is_now(int length)
    {
        LocalFile listed = One("log.txt", "as it was listed");
        byte[] now = new byte[length];
        new Random(length).NextBytes(now);
        File.WriteAllBytes(listed.FullPath, now);

        TransferInfo[] results = [.. await _pair.PushAsync(listed, One("other.txt", "other"))];

        Assert.All(results, NodePair.AssertCompleted);
        Assert.Equal(now, File.ReadAllBytes(Path.Combine(_pair.InboxFolder, "log.txt")));
        Assert.Equal("other", File.ReadAllText(Path.Combine(_pair.InboxFolder, "other.txt")));
    }

    private LocalFile One(string name, string content) =>
        PeerNode.ExpandLocal(_pair.Client.Write(name, System.Text.Encoding.UTF8.GetBytes(content)), recurse: false).Single();
}
