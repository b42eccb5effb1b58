using System.Security.Cryptography;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>One file from several nodes, over real sockets.</summary>
public sealed class SwarmFetchTests : IAsyncLifetime
{
    private readonly byte[] _content = RandomNumberGenerator.GetBytes((12 << 20) + 4321);
    private readonly TestNode _client = new();
    private readonly List<TestNode> _servers = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        foreach (TestNode server in _servers)
        {
            await server.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_file_comes_from_all_who_have_it_whatever_they_call_it()
    {
        for (int i = 0; i < 3; i++)
        {
            await ServeAsync($"share{i}/name{i}.bin", _content, bytesPerSecond: 5_000_000);
        }

        await ServeAsync("other/same-length.bin", RandomNumberGenerator.GetBytes(_content.Length));

        TransferInfo result = await FetchAsync(await OfferAsync("name1.bin"));

        Assert.Equal((TransferStatus.Completed, null), (result.Status, result.Error));
        Assert.Equal(_content, File.ReadAllBytes(result.LocalPath));
        Assert.Equal(new DateTime(2024, 2, 29, 12, 34, 56, DateTimeKind.Utc), File.GetLastWriteTimeUtc(result.LocalPath));
        Assert.Equal(3, result.Sources.Count);
        Assert.All(result.Sources, source => Assert.True(source.Bytes > 1 << 20, $"{source.Peer} gave {source.Bytes}"));
        Assert.Equal((_content.Length, _content.Length), (result.BytesTransferred, result.Sources.Sum(source => source.Bytes)));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(4, false)]
    public async Task One_source_is_enough_where_no_other_is_wanted_or_the_content_is_not_known(int most, bool isKnown)
    {
        await ServeAsync("one/a.bin", _content);
        await ServeAsync("two/b.bin", _content);
        RemoteFile offer = await OfferAsync("a.bin");

        TransferInfo result = await FetchAsync(isKnown ? offer : offer with { Hash = null }, most);

        Assert.Equal((TransferStatus.Completed, null), (result.Status, result.Error));
        Assert.Equal(offer.NodeId, Assert.Single(result.Sources).NodeId);
        Assert.Equal(_content, File.ReadAllBytes(result.LocalPath));
    }

    [Fact]
    public async Task A_holder_that_nobody_else_shares_with_sends_it_alone()
    {
        await ServeAsync("one/a.bin", _content);
        await ServeAsync("two/b.bin", RandomNumberGenerator.GetBytes(1000));

        TransferInfo result = await FetchAsync(await OfferAsync("a.bin"));

        Assert.Equal((TransferStatus.Completed, 1), (result.Status, result.Sources.Count));
    }

    [Fact]
    public async Task The_second_fetch_finds_the_same_content_there()
    {
        await ServeAsync("one/a.bin", _content);
        await ServeAsync("two/b.bin", _content);
        RemoteFile offer = await OfferAsync("a.bin");
        await FetchAsync(offer);

        TransferInfo again = await FetchAsync(offer);

        Assert.Equal((TransferStatus.Unchanged, 0L), (again.Status, again.BytesTransferred));
    }

    [Fact]
    public async Task A_source_that_goes_away_in_the_midst_is_made_up_for_by_the_others()
    {
        TestNode leaving = await ServeAsync("one/a.bin", _content, bytesPerSecond: 1_000_000);
        await ServeAsync("two/b.bin", _content, bytesPerSecond: 8_000_000);
        RemoteFile offer = await OfferAsync("a.bin");
        await using TransferJob<RemoteFile> job = _client.Node.BeginFetch(Options(4));
        job.Add(offer);
        job.Complete();
        await Waiting.UntilAsync(() => job.Sample().Active.Any(active => active.BytesDone > 2 << 20));

        await leaving.Node.DisposeAsync();

        TransferInfo result = Assert.Single(await TestNode.ReadAllAsync(job));
        Assert.Equal((TransferStatus.Completed, null), (result.Status, result.Error));
        Assert.Equal(_content, File.ReadAllBytes(result.LocalPath));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_source_whose_file_changes_between_two_groups_gives_no_byte_of_the_new_one(bool isSameTime)
    {
        TestNode changing = await ServeAsync("one/a.bin", _content, bytesPerSecond: 2_000_000);
        await ServeAsync("two/b.bin", _content, bytesPerSecond: 6_000_000);
        RemoteFile offer = await OfferAsync("a.bin");
        await using TransferJob<RemoteFile> job = _client.Node.BeginFetch(Options(4));
        job.Add(offer);
        job.Complete();
        await Waiting.UntilAsync(() => job.Sample().Active.Any(active => active.BytesDone > 2 << 20));

        string path = changing["one", "a.bin"];
        DateTime modified = File.GetLastWriteTimeUtc(path);
        using (FileStream file = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Write(new byte[_content.Length]);
        }

        if (isSameTime)
        {
            File.SetLastWriteTimeUtc(path, modified);
        }

        TransferInfo result = Assert.Single(await TestNode.ReadAllAsync(job));
        Assert.Equal((TransferStatus.Completed, null), (result.Status, result.Error));
        Assert.Equal(_content, File.ReadAllBytes(result.LocalPath));
    }

    [Fact]
    public async Task Stopping_leaves_nothing_under_the_name()
    {
        await ServeAsync("one/a.bin", _content, bytesPerSecond: 1_000_000);
        await ServeAsync("two/b.bin", _content, bytesPerSecond: 1_000_000);
        RemoteFile offer = await OfferAsync("a.bin");
        TransferJob<RemoteFile> job = _client.Node.BeginFetch(Options(4));
        job.Add(offer);
        await Waiting.UntilAsync(() => job.Sample().Active.Any(active => active.BytesDone > 0));

        await job.DisposeAsync();

        Assert.Equal(TransferStatus.Stopped, Assert.Single(await TestNode.ReadAllAsync(job)).Status);
        Assert.False(File.Exists(_client["in", "a.bin"]));
    }

    [Fact]
    public async Task What_a_stopped_fetch_has_left_is_not_fetched_again()
    {
        await ServeAsync("one/a.bin", _content, bytesPerSecond: 3_000_000);
        await ServeAsync("two/b.bin", _content, bytesPerSecond: 3_000_000);
        RemoteFile offer = await OfferAsync("a.bin");
        TransferJob<RemoteFile> job = _client.Node.BeginFetch(Options(4));
        job.Add(offer);
        await Waiting.UntilAsync(() => job.Sample().Active.Any(active => active.BytesDone > 5 << 20));
        await job.DisposeAsync();

        TransferInfo result = await FetchAsync(offer);

        Assert.Equal((TransferStatus.Completed, null), (result.Status, result.Error));
        Assert.True(result.BytesReused >= 4 << 20, $"{result.BytesReused} bytes were there");
        Assert.Equal(_content.Length, result.BytesReused + result.BytesTransferred);
        Assert.Equal(_content, File.ReadAllBytes(result.LocalPath));
    }

    [Fact]
    public async Task A_file_from_several_is_known_without_having_been_read()
    {
        await ServeAsync("one/a.bin", _content);
        await ServeAsync("two/b.bin", _content);

        TransferInfo result = await FetchAsync(await OfferAsync("a.bin"));

        using StoredCatalog stored = new(_client.Home, EventLog.Null, TimeProvider.System);
        await using ContentIndex index = new(stored, TimeProvider.System);
        using SafeRoot folder = SafeRoot.Open(_client["in"]);
        Assert.True(folder.TryStat(["a.bin"], out EntryFacts there));
        await Waiting.UntilAsync(() => index.TryGet(there.Facts, out ContentHash known) && known == result.Hash);
        Assert.NotNull(index.TreeOf(result.Hash!.Value, _content.Length));
    }

    private FetchOptions Options(int most) => new() { Destination = _client.Folder("in"), MaxSources = most, WaitForSources = Waiting.Patience };

    private async Task<TransferInfo> FetchAsync(RemoteFile offer, int most = 4) => Assert.Single(await _client.FetchAsync(Options(most), offer));

    /// <summary>The file as a search finds it at its holder, once its content is known.</summary>
    private async Task<RemoteFile> OfferAsync(string name) =>
        Assert.Single(await _client.FindAsync(new FindOptions { Names = [name] })) with { Hash = Blake3Hasher.Hash(_content) };

    private async Task<TestNode> ServeAsync(string path, byte[] content, long? bytesPerSecond = null)
    {
        TestNode server = new();
        _servers.Add(server);
        server.Write(path, content);
        await server.StartAsync(new ServerOptions { Paths = [server[path.Split('/')[0]]], RateLimit = bytesPerSecond });
        await server.BefriendAsync(_client);
        return server;
    }
}
