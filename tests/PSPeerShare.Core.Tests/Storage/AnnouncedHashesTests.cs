using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Storage;

/// <summary>A hash that becomes known gets a number, whatever the clock does.</summary>
public sealed class AnnouncedHashesTests : IDisposable
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TimeSpan s_settle = TimeSpan.FromSeconds(5);

    private readonly TempFolder _home = new();
    private readonly CatalogStore _store;
    private readonly long _share;

    public AnnouncedHashesTests()
    {
        OwnerOnly.EnsureFolder(_home.Path, PeerError.HomeUnusable);
        _store = CatalogStore.Open(_home.Path);
        _share = _store.Shares.Adopt("docs", "/docs", "").Id;
        _store.Announced.NoteHashes(s_now, s_settle);
    }

    public void Dispose()
    {
        _store.Dispose();
        _home.Dispose();
    }

    [Fact]
    public void What_becomes_known_after_the_clock_was_set_back_is_announced()
    {
        DateTimeOffset back = s_now - TimeSpan.FromHours(1);
        long before = Add(1);
        _store.Announced.NoteHashes(back, s_settle);
        Learn(1, back + TimeSpan.FromSeconds(1));

        _store.Announced.NoteHashes(back + TimeSpan.FromSeconds(10), s_settle);

        Assert.Equal(before + 1, _store.Entries.Sequence);
        Assert.NotNull(Assert.Single(_store.Announced.PutSince(before, 10)).Root);
    }

    [Fact]
    public void A_clock_that_is_set_by_less_than_hashes_settle_tells_nothing_twice()
    {
        long before = Add(1);
        Learn(1, s_now);
        _store.Announced.NoteHashes(s_now + s_settle, s_settle);
        Assert.Equal(before + 1, _store.Entries.Sequence);

        _store.Announced.NoteHashes(s_now + TimeSpan.FromSeconds(2), s_settle);
        _store.Announced.NoteHashes(s_now + (2 * s_settle), s_settle);

        Assert.Equal(before + 1, _store.Entries.Sequence);
    }

    private long Add(long inode)
    {
        _store.Entries.Apply([new FolderChange(_share, "", [new EntryRow($"{inode}.txt", false, 1, 1, 1, 1, inode)], [])]);
        return _store.Entries.Sequence;
    }

    private void Learn(long inode, DateTimeOffset time) => _store.Contents.Store([new ContentRow(1, inode, 1, 1, 1, new byte[32], time, null)], []);
}
