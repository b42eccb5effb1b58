using PSPeerShare.Core.Content;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>What happens when a name is taken: nobody's file is lost, and what is the same is not copied.</summary>
public sealed class DestinationExistsTests : IAsyncLifetime
{
    private NodePair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        _pair.Server.Write("docs/a.txt", "theirs"u8.ToArray());
        _pair.Server.Write("docs/sub/a.txt", "others"u8.ToArray());
        _pair.Server.Write("docs/same/a.txt", "theirs"u8.ToArray());
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task Content_decides_what_is_unchanged()
    {
        _pair.Client.Write("in/a.txt", "theirs"u8.ToArray(), new DateTime(1999, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        TransferInfo result = await FetchAsync(_pair.In());

        Assert.Equal((TransferStatus.Unchanged, null, 0L, 6L), (result.Status, result.Error, result.BytesTransferred, result.BytesReused));
        Assert.Equal(Blake3Hasher.Hash("theirs"u8), result.Hash);
        Assert.Equal(1999, File.GetLastWriteTimeUtc(_pair.Client["in", "a.txt"]).Year);
    }

    [Theory]
    [InlineData("same L")]
    [InlineData("another length")]
    [InlineData("")]
    public async Task Other_content_under_the_name_stays_and_is_an_error(string mine)
    {
        string local = _pair.Client.Write("in/a.txt", System.Text.Encoding.UTF8.GetBytes(mine));

        TransferInfo result = await FetchAsync(_pair.In());

        NodePair.AssertFailed(PeerError.DestinationExists, result);
        Assert.Equal(local, result.Error!.Target);
        Assert.Equal(mine, File.ReadAllText(local));
        NodePair.AssertHolds(_pair.Client["in"], "a.txt");
    }

    [Theory]
    [InlineData("same L")]
    [InlineData("another length")]
    public async Task Force_replaces_it_whole(string mine)
    {
        string local = _pair.Client.Write("in/a.txt", System.Text.Encoding.UTF8.GetBytes(mine));
        using FileStream reader = new(local, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

        TransferInfo result = await FetchAsync(_pair.In() with { Force = true });

        NodePair.AssertCompleted(result);
        Assert.Equal("theirs", File.ReadAllText(local));
        Assert.Equal(mine, new StreamReader(reader).ReadToEnd());
        NodePair.AssertHolds(_pair.Client["in"], "a.txt");
    }

    [Fact]
    public async Task Force_leaves_the_old_file_when_the_new_one_does_not_arrive_whole()
    {
        _pair.Server.Write("docs/large.bin", new byte[8_000_000]);
        string local = _pair.Client.Write("in/large.bin", "mine"u8.ToArray());
        using FaultProxy proxy = await _pair.InterposeAsync();
        proxy.CutAfterBytes = 2_000_000;

        TransferInfo result = await _pair.FetchOneAsync("docs/large.bin", _pair.In() with { Force = true });

        Assert.Equal(TransferStatus.Interrupted, result.Status);
        NodePair.AssertFailed(PeerError.ConnectionLost, result);
        Assert.Equal("mine", File.ReadAllText(local));
        NodePair.AssertHolds(_pair.Client["in"], "large.bin");
    }

    [Fact]
    public async Task A_new_name_is_taken_when_it_is_allowed()
    {
        _pair.Client.Write("in/a.txt", "mine"u8.ToArray());
        _pair.Client.Write("in/a (2).txt", "mine too"u8.ToArray());

        TransferInfo result = await FetchAsync(_pair.In() with { NewName = true });

        NodePair.AssertCompleted(result);
        Assert.Equal(_pair.Client["in", "a (3).txt"], result.LocalPath);
        Assert.Equal("theirs", File.ReadAllText(result.LocalPath));
        NodePair.AssertHolds(_pair.Client["in"], "a.txt", "a (2).txt", "a (3).txt");
    }

    [Fact]
    public async Task A_new_name_that_has_the_content_already_is_not_followed_by_another()
    {
        _pair.Client.Write("in/a.txt", "mine, and of another length"u8.ToArray());
        FetchOptions options = _pair.In() with { NewName = true };
        NodePair.AssertCompleted(await FetchAsync(options));

        TransferInfo again = await FetchAsync(options);

        Assert.Equal((TransferStatus.Unchanged, _pair.Client["in", "a (2).txt"]), (again.Status, again.LocalPath));
        NodePair.AssertHolds(_pair.Client["in"], "a.txt", "a (2).txt");
    }

    [Fact]
    public async Task No_new_name_is_needed_for_what_is_there()
    {
        _pair.Client.Write("in/a.txt", "theirs"u8.ToArray());

        Assert.Equal(TransferStatus.Unchanged, (await FetchAsync(_pair.In() with { NewName = true })).Status);
        NodePair.AssertHolds(_pair.Client["in"], "a.txt");
    }

    [Fact]
    public async Task Force_never_replaces_a_file_of_the_same_batch()
    {
        List<TransferInfo> results = await _pair.FetchAsync(
            _pair.In() with { Force = true, Flatten = true }, "docs/a.txt", "docs/sub/a.txt");

        NodePair.AssertCompleted(Assert.Single(results, r => r.Error is null));
        TransferInfo second = Assert.Single(results, r => r.Error is not null);
        NodePair.AssertFailed(PeerError.NameCollision, second);
        Assert.Equal("docs/sub/a.txt", second.SharePath);
        Assert.Equal("theirs", File.ReadAllText(_pair.Client["in", "a.txt"]));
    }

    [Fact]
    public async Task Of_two_files_with_one_name_the_second_is_an_error()
    {
        List<TransferInfo> results = await _pair.FetchAsync(_pair.In() with { Flatten = true }, "docs/a.txt", "docs/sub/a.txt");

        NodePair.AssertCompleted(Assert.Single(results, r => r.Error is null));
        NodePair.AssertFailed(PeerError.DestinationExists, Assert.Single(results, r => r.Error is not null));
        NodePair.AssertHolds(_pair.Client["in"], "a.txt");
    }

    [Fact]
    public async Task Two_files_with_one_name_and_content_are_one_file()
    {
        List<TransferInfo> results = await _pair.FetchAsync(_pair.In() with { Flatten = true }, "docs/a.txt", "docs/same/a.txt");

        Assert.Equal([TransferStatus.Completed, TransferStatus.Unchanged], results.Select(r => r.Status).Order());
        NodePair.AssertHolds(_pair.Client["in"], "a.txt");
    }

    [Fact]
    public async Task With_new_names_both_are_kept()
    {
        List<TransferInfo> results = await _pair.FetchAsync(
            _pair.In() with { Flatten = true, NewName = true }, "docs/a.txt", "docs/sub/a.txt");

        Assert.All(results, NodePair.AssertCompleted);
        NodePair.AssertHolds(_pair.Client["in"], "a.txt", "a (2).txt");
        Assert.Equal(["others", "theirs"], results.Select(r => File.ReadAllText(r.LocalPath)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_empty_file_that_is_there_is_unchanged()
    {
        _pair.Server.Write("docs/empty", []);
        _pair.Client.Write("in/empty", []);

        Assert.Equal(TransferStatus.Unchanged, (await _pair.FetchOneAsync("docs/empty")).Status);
    }

    private Task<TransferInfo> FetchAsync(FetchOptions options) => _pair.FetchOneAsync("docs/a.txt", options);
}
