using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Where fetched files land.</summary>
public sealed class LandingTests : IAsyncLifetime
{
    private NodePair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        _pair.Server.Write("docs/top.txt", "top"u8.ToArray());
        _pair.Server.Write("docs/a/b/deep.txt", "deep"u8.ToArray());
        _pair.Server.Write("docs/a/c/deep.txt", "other"u8.ToArray());
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task The_structure_below_the_share_is_kept()
    {
        List<TransferInfo> results = await _pair.FetchAsync(null, "docs/top.txt", "docs/a/b/deep.txt");

        Assert.All(results, NodePair.AssertCompleted);
        NodePair.AssertHolds(_pair.Client["in"], "top.txt", "a/b/deep.txt");
        Assert.Equal(_pair.Client["in", "a", "b", "deep.txt"], results.Single(r => r.Name == "deep.txt").LocalPath);
    }

    [Fact]
    public async Task The_structure_under_the_folder_that_was_named_is_kept()
    {
        await using TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In());
        job.Add(_pair.File("docs/a/b/deep.txt"), leadingSegments: 2);
        job.Complete();

        NodePair.AssertCompleted(Assert.Single(await TestNode.ReadAllAsync(job)));
        NodePair.AssertHolds(_pair.Client["in"], "b/deep.txt");
    }

    [Fact]
    public async Task However_many_segments_are_dropped_the_name_stays()
    {
        await using TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In());
        job.Add(_pair.File("docs/top.txt"), leadingSegments: 9);
        job.Complete();

        NodePair.AssertCompleted(Assert.Single(await TestNode.ReadAllAsync(job)));
        NodePair.AssertHolds(_pair.Client["in"], "top.txt");
    }

    [Fact]
    public async Task Flatten_keeps_names_only()
    {
        await _pair.FetchAsync(_pair.In() with { Flatten = true }, "docs/top.txt", "docs/a/b/deep.txt");

        NodePair.AssertHolds(_pair.Client["in"], "top.txt", "deep.txt");
    }

    [Fact]
    public async Task A_destination_that_is_no_folder_is_the_files_name()
    {
        TransferInfo result = await _pair.FetchOneAsync(
            "docs/a/b/deep.txt", new FetchOptions { Destination = _pair.Client["new", "renamed.txt"], DestinationIsFolder = false });

        NodePair.AssertCompleted(result);
        Assert.Equal(_pair.Client["new", "renamed.txt"], result.LocalPath);
        NodePair.AssertHolds(_pair.Client["new"], "renamed.txt");
    }

    [Fact]
    public async Task A_single_shared_file_has_the_shares_name_alone_and_lands_under_it()
    {
        await _pair.Server.Node.AddShareAsync(
            new() { Path = _pair.Server.Write("one.txt", "one"u8.ToArray()), Name = "shown.txt" }, TestNode.Patience);

        RemoteFile found = Assert.Single(await _pair.Client.FindAsync(new FindOptions { Paths = ["shown.txt"] }));
        Assert.Equal(("shown.txt", "shown.txt", "shown.txt"), (found.SharePath, found.Share, found.Name));
        NodePair.AssertCompleted(Assert.Single(await _pair.Client.FetchAsync(_pair.In(), found)));
        NodePair.AssertHolds(_pair.Client["in"], "shown.txt");
        Assert.Equal("one", File.ReadAllText(_pair.Client["in", "shown.txt"]));
    }

    [Fact]
    public async Task The_time_of_the_source_is_kept_unless_it_is_not_wanted()
    {
        DateTime source = File.GetLastWriteTimeUtc(_pair.Server["docs", "top.txt"]);
        DateTime before = DateTime.UtcNow.AddSeconds(-5);

        await _pair.FetchOneAsync("docs/top.txt");
        await _pair.FetchOneAsync("docs/top.txt", new FetchOptions { Destination = _pair.Client["late"], NoTimestamp = true });

        Assert.Equal(source, File.GetLastWriteTimeUtc(_pair.Client["in", "top.txt"]));
        Assert.True(File.GetLastWriteTimeUtc(_pair.Client["late", "top.txt"]) > before);
    }

    [Fact]
    public async Task Durable_files_arrive_as_others_do()
    {
        List<TransferInfo> results = await _pair.FetchAsync(_pair.In() with { Durable = true }, "docs/top.txt", "docs/a/b/deep.txt");

        Assert.All(results, NodePair.AssertCompleted);
        NodePair.AssertHolds(_pair.Client["in"], "top.txt", "a/b/deep.txt");
    }

    [Fact]
    public async Task A_file_cannot_be_the_destination_folder()
    {
        string file = _pair.Client.Write("file", "mine"u8.ToArray());

        List<TransferInfo> results = await _pair.FetchAsync(new FetchOptions { Destination = file }, "docs/top.txt", "docs/a/b/deep.txt");

        Assert.Equal(2, results.Count);
        Assert.All(results, r => NodePair.AssertFailed(PeerError.DestinationInvalid, r));
        Assert.All(results, r => Assert.Equal(file, r.Error!.Target));
        Assert.Equal("mine", File.ReadAllText(file));
    }

    [Fact]
    public async Task A_file_where_a_folder_must_be_fails_those_below_it_alone()
    {
        _pair.Client.Write("in/a", "mine"u8.ToArray());

        List<TransferInfo> results = await _pair.FetchAsync(null, "docs/a/b/deep.txt", "docs/top.txt");

        NodePair.AssertFailed(PeerError.DestinationInvalid, results.Single(r => r.Name == "deep.txt"));
        NodePair.AssertCompleted(results.Single(r => r.Name == "top.txt"));
        NodePair.AssertHolds(_pair.Client["in"], "a", "top.txt");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_folder_that_has_the_files_name_stays(bool force)
    {
        _pair.Client.Write("in/top.txt/mine", "mine"u8.ToArray());

        TransferInfo result = await _pair.FetchOneAsync("docs/top.txt", _pair.In() with { Force = force });

        NodePair.AssertFailed(PeerError.DestinationInvalid, result);
        Assert.Equal(_pair.Client["in", "top.txt"], result.Error!.Target);
        NodePair.AssertHolds(_pair.Client["in"], "top.txt/mine");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task No_link_in_the_destination_is_followed(bool force)
    {
        _pair.Client.Write("secret", "mine"u8.ToArray());
        _pair.Client.Folder("elsewhere");
        _pair.Client.Folder("in");
        File.CreateSymbolicLink(_pair.Client["in", "top.txt"], _pair.Client["secret"]);
        Directory.CreateSymbolicLink(_pair.Client["in", "a"], _pair.Client["elsewhere"]);

        List<TransferInfo> results = await _pair.FetchAsync(_pair.In() with { Force = force }, "docs/top.txt", "docs/a/b/deep.txt");

        TransferInfo top = results.Single(r => r.Name == "top.txt");
        if (force)
        {
            NodePair.AssertCompleted(top);
            Assert.Null(File.ResolveLinkTarget(_pair.Client["in", "top.txt"], false));
        }
        else
        {
            NodePair.AssertFailed(PeerError.DestinationExists, top);
        }

        NodePair.AssertFailed(PeerError.DestinationInvalid, results.Single(r => r.Name == "deep.txt"));
        Assert.Equal("mine", File.ReadAllText(_pair.Client["secret"]));
        Assert.Empty(Directory.GetFileSystemEntries(_pair.Client["elsewhere"]));
    }

    [Theory]
    [InlineData("docs/a/b/deep.txt", false, 3)]
    [InlineData("docs/a/b", true, 3)]
    [InlineData("docs/*.txt", false, 1)]
    [InlineData("docs/a/*/deep.txt", true, 2)]
    [InlineData("*/a", true, 0)]
    [InlineData("docs", true, 1)]
    [InlineData("docs/`[a`].txt", false, 1)]
    [InlineData("/docs/a/", true, 2)]
    public void What_is_kept_begins_under_the_deepest_folder_without_a_wildcard(string path, bool recurse, int dropped) =>
        Assert.Equal(dropped, PeerNode.LeadingSegments(path, recurse));
}
