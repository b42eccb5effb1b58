using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>Which files a path at a peer means.</summary>
public sealed class ExpandTests : IAsyncLifetime
{
    private NodePair _pair = null!;

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        foreach (string name in (string[])["a.txt", "b.log", "[a].txt", "sub/a.txt", "sub/deep/c.txt", "sub2/a.txt", "SUB3/A.TXT"])
        {
            _pair.Server.Write($"docs/{name}", [1]);
        }

        Directory.CreateDirectory(_pair.Server["docs", "empty"]);
        await _pair.Server.Node.AddShareAsync(new() { Path = _pair.Server.Write("one.iso", [1]) }, TestNode.Patience);
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Theory]
    [InlineData("docs/a.txt", false, "docs/a.txt")]
    [InlineData("/docs/a.txt", false, "docs/a.txt")]
    [InlineData("one.iso", false, "one.iso")]
    [InlineData("one.iso", true, "one.iso")]
    [InlineData("*.iso", false, "one.iso")]
    [InlineData("docs/*.txt", false, "docs/[a].txt|docs/a.txt")]
    [InlineData("docs/*", false, "docs/[a].txt|docs/a.txt|docs/b.log")]
    [InlineData("docs/sub*/a.txt", false, "docs/SUB3/A.TXT|docs/sub/a.txt|docs/sub2/a.txt")]
    [InlineData("docs/s?b/*", false, "docs/sub/a.txt")]
    [InlineData("docs/`[a`].txt", false, "docs/[a].txt")]
    [InlineData("docs/[ab].txt", false, "docs/a.txt")]
    [InlineData("docs/sub", true, "docs/sub/a.txt|docs/sub/deep/c.txt")]
    [InlineData("docs/sub/", true, "docs/sub/a.txt|docs/sub/deep/c.txt")]
    [InlineData("docs/s*2", true, "docs/sub2/a.txt")]
    [InlineData("*/sub/*", false, "docs/sub/a.txt")]
    [InlineData("docs/a.txt", true, "docs/a.txt")]
    public async Task A_wildcard_stays_within_its_segment_and_recurse_goes_below_what_it_matches(string path, bool recurse, string expected) =>
        Assert.Equal(expected.Split('|'), (await ExpandAsync(path, recurse)).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("docs/gone.txt", false, PeerError.FileNotFound)]
    [InlineData("docs/sub", false, PeerError.PathIsFolder)]
    [InlineData("docs/empty", false, PeerError.FileNotFound)]
    [InlineData("gone/a.txt", false, PeerError.FileNotFound)]
    [InlineData("docs/../docs/a.txt", false, PeerError.FileNotFound)]
    [InlineData("", false, PeerError.FileNotFound)]
    [InlineData("docs/gone*", false, PeerError.NoMatch)]
    [InlineData("docs/empty", true, PeerError.NoMatch)]
    [InlineData("gone*/a.txt", false, PeerError.NoMatch)]
    public async Task What_means_no_file_is_an_error_that_names_the_path(string path, bool recurse, PeerError expected)
    {
        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => ExpandAsync(path, recurse));

        Assert.Equal((expected, path), (error.Error, error.Target));
    }

    [Theory]
    [InlineData("DOCS/a.txt", "Did you mean 'docs/a.txt'?")]
    [InlineData("docs/Sub/Deep/c.TXT", "Did you mean 'docs/sub/deep/c.txt'?")]
    [InlineData("docs/sub3/*", "Did you mean 'docs/SUB3/*'?")]
    [InlineData("docs/b[2].txt", "Did you mean -LiteralPath 'docs/b[2].txt'?")]
    [InlineData("srv/a.txt", "'srv' is none")]
    [InlineData("a.txt", "shows docs, one.iso")]
    [InlineData("docs/twin.txt", null)]
    [InlineData("docs/gone.txt", null)]
    [InlineData("docs/gone*", null)]
    public async Task What_was_probably_meant_is_said(string path, string? hint)
    {
        foreach (string name in (string[])["b[2].txt", "Twin.txt", "TWIN.txt"])
        {
            _pair.Server.Write($"docs/{name}", [1]);
        }

        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => ExpandAsync(path, recurse: false));

        if (hint is null)
        {
            Assert.Null(error.Detail);
        }
        else
        {
            Assert.Contains(hint, error.Detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Backslashes_are_named_as_the_fault()
    {
        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => ExpandAsync("docs\\sub\\a.txt", recurse: false));

        Assert.Contains("Did you mean 'docs/sub/a.txt'?", error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_holder_had_to_leave_out_is_said_after_all_that_is_there()
    {
        _pair.Server.Write("docs/sub/control\u0001.txt", [1]);
        List<string> found = [];

        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(async () =>
        {
            await foreach (RemoteFile file in _pair.Client.Node.ExpandAsync(_pair.Peer, "docs/sub", recurse: true, TestNode.Patience))
            {
                found.Add(file.SharePath);
            }
        });

        Assert.Equal((PeerError.EntriesLeftOut, "docs/sub"), (error.Error, error.Target));
        Assert.Equal($"at {_pair.Peer.Text}: 1 in the share docs, for example in docs/sub", error.Detail);
        Assert.Equal(["docs/sub/a.txt", "docs/sub/deep/c.txt"], found.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("docs/sub/nothing*", PeerError.NoMatch)]
    [InlineData("docs/sub/nothing.txt", PeerError.FileNotFound)]
    public async Task What_is_missing_is_missing_also_where_something_was_left_out(string path, PeerError expected)
    {
        _pair.Server.Write("docs/sub/control\u0001.txt", [1]);

        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => ExpandAsync(path, recurse: false));

        Assert.Equal((expected, path), (error.Error, error.Target));
    }

    private async Task<List<string>> ExpandAsync(string path, bool recurse)
    {
        List<string> found = [];
        await foreach (RemoteFile file in _pair.Client.Node.ExpandAsync(_pair.Peer, path, recurse, TestNode.Patience))
        {
            found.Add(file.SharePath);
        }

        return found;
    }
}
