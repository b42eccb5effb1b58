using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>
/// What is known is not read again, and what has changed is not known. Hashes that no content has are put into the
/// catalogs, so that who answers with them cannot have read the file.
/// </summary>
public sealed class KnownContentTests : IAsyncLifetime
{
    private static readonly ContentHash MadeUp = Blake3Hasher.Hash("not what the file holds"u8);

    private NodePair _pair = null!;

    public async Task InitializeAsync() => _pair = await NodePair.StartWithInboxAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task A_second_run_over_unchanged_files_reads_neither_end()
    {
        string source = _pair.Server.Write("docs/a.txt", "content"u8.ToArray());
        await _pair.FetchOneAsync("docs/a.txt");
        await Waiting.UntilAsync(() => Known(_pair.Client, _pair.Client["in", "a.txt"]) is not null);
        Know(_pair.Server, source, MadeUp);
        Know(_pair.Client, _pair.Client["in", "a.txt"], MadeUp);

        TransferInfo second = await _pair.FetchOneAsync("docs/a.txt");

        Assert.Equal((TransferStatus.Unchanged, MadeUp), (second.Status, second.Hash));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_changed_since_it_was_listed_comes_as_it_is_now_unless_its_content_was_asked_for(bool byContent)
    {
        _pair.Server.Write("docs/a.txt", "old"u8.ToArray());
        RemoteFile listed = Assert.Single(await _pair.Client.FindAsync(new FindOptions { Names = ["a.txt"] })) with { Hash = Blake3Hasher.Hash("old"u8) };
        _pair.Server.Write("docs/a.txt", "newer"u8.ToArray());

        TransferInfo result = Assert.Single(await _pair.Client.FetchAsync(_pair.In() with { ByContent = byContent }, [listed]));

        if (byContent)
        {
            NodePair.AssertFailed(PeerError.ContentMismatch, result);
        }
        else
        {
            NodePair.AssertCompleted(result);
            Assert.Equal("newer", File.ReadAllText(_pair.Client["in", "a.txt"]));
        }
    }

    [Fact]
    public async Task A_fetched_file_is_known_without_having_been_read()
    {
        _pair.Server.Write("docs/a.txt", "content"u8.ToArray());
        await _pair.FetchOneAsync("docs/a.txt");

        await Waiting.UntilAsync(() => Known(_pair.Client, _pair.Client["in", "a.txt"]) is not null);

        Assert.Equal(Blake3Hasher.Hash("content"u8), Known(_pair.Client, _pair.Client["in", "a.txt"]));
    }

    [Fact]
    public async Task A_file_in_the_inbox_is_known_without_having_been_read()
    {
        string path = _pair.Client.Write("out/b.txt", "pushed"u8.ToArray());
        await _pair.PushAsync(new LocalFile(path, "b.txt", 6));

        string stored = Path.Combine(_pair.InboxFolder, "b.txt");
        await Waiting.UntilAsync(() => Known(_pair.Server, stored) is not null);

        Assert.Equal(Blake3Hasher.Hash("pushed"u8), Known(_pair.Server, stored));
    }

    [Fact]
    public async Task Another_content_of_the_same_size_and_time_is_not_reported_under_the_old_hash()
    {
        DateTime modified = new(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        string source = _pair.Server.Write("docs/a.txt", "before"u8.ToArray(), modified);
        Know(_pair.Server, source, Blake3Hasher.Hash("before"u8));
        await _pair.FetchOneAsync("docs/a.txt");

        _pair.Server.Write("docs/a.txt", "behind"u8.ToArray(), modified);
        TransferInfo second = await _pair.FetchOneAsync("docs/a.txt", _pair.In() with { Force = true });

        Assert.Equal((TransferStatus.Completed, Blake3Hasher.Hash("behind"u8)), (second.Status, second.Hash));
        Assert.Equal("behind", File.ReadAllText(_pair.Client["in", "a.txt"]));
    }

    [Fact]
    public async Task A_destination_that_was_changed_behind_its_time_is_not_taken_for_unchanged()
    {
        _pair.Server.Write("docs/a.txt", "before"u8.ToArray());
        await _pair.FetchOneAsync("docs/a.txt");
        string local = _pair.Client["in", "a.txt"];
        DateTime modified = File.GetLastWriteTimeUtc(local);
        await Waiting.UntilAsync(() => Known(_pair.Client, local) is not null);
        FileFacts before = FactsOf(local);

        // The clock of the file system may stand still for some milliseconds.
        await Waiting.UntilAsync(() =>
        {
            File.WriteAllText(local, "behind");
            File.SetLastWriteTimeUtc(local, modified);
            return FactsOf(local) != before;
        });
        TransferInfo second = await _pair.FetchOneAsync("docs/a.txt");

        NodePair.AssertFailed(PeerError.DestinationExists, second);
    }

    [Fact]
    public async Task A_fetch_sends_what_the_file_holds_whatever_was_known()
    {
        string source = _pair.Server.Write("docs/a.txt", "content"u8.ToArray());
        Know(_pair.Server, source, MadeUp);

        TransferInfo fetched = await _pair.FetchOneAsync("docs/a.txt");

        Assert.Equal(Blake3Hasher.Hash("content"u8), fetched.Hash);
        Assert.Equal("content", File.ReadAllText(_pair.Client["in", "a.txt"]));
    }

    private Task<PeerInfo> AllowAsync(PeerRights rights) => _pair.Server.Node.SetPeerAsync(
        _pair.Server.Node.GetPeers()[0].NodeId, new PeerChange { Allow = rights }, TestNode.Patience);

    private static FileFacts FactsOf(string path)
    {
        using SafeRoot root = SafeRoot.Open(Path.GetDirectoryName(path)!);
        Assert.True(root.TryStat([Path.GetFileName(path)], out EntryFacts facts));
        return facts.Facts;
    }

    [Fact]
    public async Task A_listing_tells_the_known_hash_of_a_large_file_and_of_small_ones_when_asked()
    {
        string large = _pair.Server.Write("docs/large.bin", new byte[1 << 20]);
        string small = _pair.Server.Write("docs/small.bin", new byte[9]);
        Know(_pair.Server, large, MadeUp);
        Know(_pair.Server, small, MadeUp);
        FindOptions named = new() { Names = ["large.bin", "small.bin"] };

        List<RemoteFile> plain = await _pair.Client.FindAsync(named);
        List<RemoteFile> asked = await _pair.Client.FindAsync(named with { WithHashes = true });

        Assert.Equal([("large.bin", MadeUp), ("small.bin", null)], plain.Select(f => (f.Name, f.Hash)).OrderBy(f => f.Name, StringComparer.Ordinal));
        Assert.All(asked, file => Assert.Equal(MadeUp, file.Hash));
    }

    [Fact]
    public async Task A_listing_tells_no_hash_to_who_may_not_read_and_none_of_a_state_that_is_gone()
    {
        string large = _pair.Server.Write("docs/large.bin", new byte[1 << 20]);
        Know(_pair.Server, large, MadeUp);
        await AllowAsync(PeerRights.Browse);
        Assert.Null(Assert.Single(await _pair.Client.FindAsync(new FindOptions { Names = ["large.bin"] })).Hash);

        await AllowAsync(PeerRights.Browse | PeerRights.Read);
        File.WriteAllBytes(large, new byte[(1 << 20) + 1]);
        Assert.Null(Assert.Single(await _pair.Client.FindAsync(new FindOptions { Names = ["large.bin"] })).Hash);
    }

    private static void Know(TestNode node, string path, ContentHash content)
    {
        using CatalogStore store = CatalogStore.Open(node.Home);
        FileFacts facts = FactsOf(path);
        store.Contents.Store(
            [new ContentRow(
                (long)facts.Device, (long)facts.Inode, facts.Length, facts.ModifiedUnixNs, facts.ChangedUnixNs, content.ToArray(), DateTimeOffset.UtcNow, null)],
            []);
    }

    private static ContentHash? Known(TestNode node, string path)
    {
        using CatalogStore store = CatalogStore.Open(node.Home);
        FileFacts facts = FactsOf(path);
        return store.Contents.Find((long)facts.Device, (long)facts.Inode) is { } row && row.Changed == facts.ChangedUnixNs
            ? ContentHash.FromBytes(row.Root)
            : null;
    }
}
