using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Catalog;

/// <summary>Who may see a part of a share is told what happens to that part, also from above it.</summary>
public sealed class AnnouncedViewTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly ShareRegistry _registry = new();
    private readonly StoredCatalog _stored;
    private readonly EntryIndex _index;
    private readonly long _share;

    public AnnouncedViewTests()
    {
        OwnerOnly.EnsureFolder(_temp["home"], PeerError.HomeUnusable);
        Directory.CreateDirectory(_temp["docs"]);
        _stored = new StoredCatalog(_temp["home"], EventLog.Null, TimeProvider.System);
        _index = new EntryIndex(_stored) { Threshold = 0 };
        _registry.Add(new ShareInfo("docs", _temp["docs"], null, [], true, false, null));
        CatalogScanner.Adopt(_registry, _index, _stored);
        _share = _index.Find(_registry.Find("docs")!)!.Row;
    }

    public void Dispose()
    {
        _stored.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void A_folder_that_goes_takes_the_places_below_it_along_for_who_sees_only_those()
    {
        AnnouncedView view = View("docs/a/b", "docs/a/c/d", "docs/ab", "docs/e");
        Change("a/b", put: "seen.txt");
        Change("a", put: "hidden.txt");
        long sequence = view.Sequence;

        Change("", removed: "a");

        Assert.Equal(
            [("docs/a/b", AnnouncedKind.Gone), ("docs/a/c/d", AnnouncedKind.Gone)],
            view.Since(ref sequence, most: 100, out _)!.Select(item => (item.Name.ToString(), item.Kind)));
    }

    [Fact]
    public void What_goes_beside_the_places_is_not_told()
    {
        AnnouncedView view = View("docs/a/b");
        Change("a/b", put: "seen.txt");
        Change("a", put: "hidden.txt");
        long sequence = view.Sequence;

        Change("a", removed: "hidden.txt");
        Change("a/b", removed: "seen.txt");

        Assert.Equal(["docs/a/b/seen.txt"], view.Since(ref sequence, most: 100, out _)!.Select(item => item.Name.ToString()));
    }

    private AnnouncedView View(params string[] places)
    {
        Limited access = new([.. places.Select(Name)]);
        return new AnnouncedView(_registry, _index, _stored, NoContentIndex.Instance, access, access);
    }

    private void Change(string folder, string? put = null, string? removed = null) => _stored.Ask(
        store =>
        {
            EntryRow[] rows = put is null ? [] : [new EntryRow(put, IsFolder: false, Length: 1, Modified: 1, Changed: 1, Device: 1, Inode: 1)];
            store.Entries.Apply([new FolderChange(_share, folder, rows, removed is null ? [] : [removed])]);
            return true;
        },
        false);

    private static WirePath Name(string place) => WirePath.TryParse(place, out WirePath? name, out string why) ? name : throw new ArgumentException(why);

    private sealed class Limited(IReadOnlyList<WirePath> places) : IShareAccess
    {
        public bool May(ServedShare share, WirePath name) => places.Any(name.IsAtOrBelow);

        public IReadOnlyList<WirePath> PlacesIn(ServedShare share) => places;
    }
}
