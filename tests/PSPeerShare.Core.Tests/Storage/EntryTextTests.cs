using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Storage;

/// <summary>Names that come by the thousand are indexed later, and each is indexed once.</summary>
public sealed class EntryTextTests : IDisposable
{
    private const int Many = 3000;

    private readonly TempFolder _temp = new();
    private readonly CatalogStore _store;
    private readonly long _share;

    public EntryTextTests()
    {
        OwnerOnly.EnsureFolder(_temp["home"], PeerError.HomeUnusable);
        _store = CatalogStore.Open(_temp["home"]);
        _share = _store.Shares.Adopt("docs", _temp["docs"], "[]").Id;
    }

    public void Dispose()
    {
        _store.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_few_are_indexed_with_their_rows()
    {
        Put("", "one.txt", "two.txt");

        Assert.Equal(_store.Search.LastId, _store.Search.Indexed);
        Assert.Equal(["one.txt"], Found("\"ONE\""));
    }

    [Fact]
    public void Many_are_stored_without_and_follow_in_steps()
    {
        PutMany();
        Put("", "late.txt");

        Assert.Equal(0, _store.Search.Indexed);
        Assert.Empty(Found("\"LAT\""));
        Assert.True(_store.Entries.IndexNames(1000));
        Assert.Equal(1000, _store.Search.Indexed);
        while (_store.Entries.IndexNames(1000))
        {
        }

        Assert.Equal(_store.Search.LastId, _store.Search.Indexed);
        Assert.Equal(["late.txt"], Found("\"LAT\""));
        Assert.Equal(Many, Found("\"FIL\"").Count);
    }

    [Fact]
    public void A_number_that_is_given_again_is_indexed_again()
    {
        Put("", "first.txt", "second.txt");
        _store.Entries.Apply([new FolderChange(_share, "", [], ["second.txt"])]);

        Put("", "third.txt");

        Assert.Equal(["third.txt"], Found("\"THI\""));
        Assert.Empty(Found("\"SEC\""));
    }

    [Fact]
    public void A_name_that_changes_in_one_step_is_found_by_the_new_one()
    {
        Put("", "first.txt", "film.part");

        _store.Entries.Apply([new FolderChange(_share, "", [Row("film.iso")], ["film.part"])]);

        Assert.Equal(["film.iso"], Found("\"ISO\""));
        Assert.Empty(Found("\"PAR\""));
        Assert.Equal(_store.Search.LastId, _store.Search.Indexed);
    }

    [Fact]
    public void What_goes_before_it_is_indexed_is_never_found()
    {
        PutMany();
        Assert.True(_store.Entries.IndexNames(100));
        _store.Entries.Apply([new FolderChange(_share, "", [], [.. Enumerable.Range(50, 100).Select(NameOf)])]);
        while (_store.Entries.IndexNames(1000))
        {
        }

        Assert.Equal(Many - 100, Found("\"FIL\"").Count);
    }

    [Fact]
    public void A_share_that_is_forgotten_takes_its_names_along_and_the_next_one_begins_anew()
    {
        Put("", "old.txt", "older.txt");
        _store.Shares.Remove("docs");
        long share = _store.Shares.Adopt("docs", _temp["docs"], "[]").Id;

        _store.Entries.Apply([new FolderChange(share, "", [Row("new.txt")], [])]);

        Assert.Empty(Found("\"OLD\""));
        Assert.Equal(["new.txt"], Found("\"NEW\""));
    }

    private static string NameOf(int number) => $"file{number:0000}";

    private static EntryRow Row(string name) => new(name, false, 1, 2, 3, 4, 5);

    private void PutMany() => Put("", [.. Enumerable.Range(0, Many).Select(NameOf)]);

    private void Put(string folder, params string[] names) =>
        _store.Entries.Apply([new FolderChange(_share, folder, [.. names.Select(Row)], [])]);

    private List<string> Found(string match) => [.. _store.Search.WithTrigrams(match, 0, long.MaxValue, 100_000).Select(name => name.Name)];
}
