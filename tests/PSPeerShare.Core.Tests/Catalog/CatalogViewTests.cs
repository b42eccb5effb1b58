using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Catalog;

/// <summary>A view shows what its peer may see at the moment of looking, and nothing beside it.</summary>
public sealed class CatalogViewTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly ShareRegistry _registry = new();
    private readonly Permission _permission = new();
    private readonly CatalogView _view;

    public CatalogViewTests()
    {
        foreach (string file in (string[])["one/a.txt", "one/sub/b.txt", "one/sub/deep/c.txt", "two/x.txt"])
        {
            string path = _temp[file.Split('/')];
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
            File.WriteAllText(path, file);
        }

        _registry.Add(Share("one"));
        _registry.Add(Share("two"));
        _view = new CatalogView(_registry, _permission, NoContentIndex.Instance);
    }

    [Fact]
    public void Everything_is_listed_to_whom_everything_is_open()
    {
        Assert.Equal(["one", "two"], List(null, recurse: false));
        Assert.Equal(
            ["one", "one/a.txt", "one/sub", "one/sub/b.txt", "one/sub/deep", "one/sub/deep/c.txt", "two", "two/x.txt"], List(null, recurse: true));
        Assert.Equal(["one/sub/b.txt", "one/sub/deep"], List("one/sub", recurse: false));
        Assert.Equal(["one/a.txt"], List("one/a.txt", recurse: true));
    }

    [Fact]
    public void What_is_closed_is_missing()
    {
        _permission.Closed.Add("one");

        Assert.Equal(["two", "two/x.txt"], List(null, recurse: true));
        AssertMissing("one");
        AssertMissing("one/a.txt");
        AssertMissing("gone/a.txt");
        Assert.False(_view.IsVisible(Path("one/a.txt")));
    }

    [Fact]
    public void A_permission_that_ends_holds_at_the_next_name()
    {
        using (_view.OpenRead(Path("one/a.txt"), out _))
        {
        }

        _permission.Closed.Add("one");

        AssertMissing("one/a.txt");
        Assert.Null(_view.HashOf(Path("one/a.txt"), CancellationToken.None));
    }

    [Fact]
    public void A_share_that_is_removed_is_missing_and_one_that_is_replaced_is_the_new_one()
    {
        Assert.Equal(["one/a.txt", "one/sub"], List("one", recurse: false));
        _registry.Remove("one");
        AssertMissing("one");
        _registry.Add(Share("one") with { Path = _temp["two"] });

        Assert.Equal(["one/x.txt"], List("one", recurse: false));
    }

    [Fact]
    public void Whoever_is_limited_to_places_sees_these_and_the_way_there()
    {
        _permission.Closed.Add("one");
        _permission.Places.AddRange(["one/sub/deep", "one/a.txt", "one/sub/gone"]);

        Assert.Equal(["one", "two"], List(null, recurse: false));
        Assert.Equal(["one/a.txt", "one/sub"], List("one", recurse: false));
        Assert.Equal(["one/sub/deep"], List("one/sub", recurse: false));
        Assert.Equal(["one/sub/deep", "one/sub/deep/c.txt"], List("one/sub", recurse: true));
        Assert.Equal(["one/a.txt", "one/sub/deep", "one/sub/deep/c.txt"], List("one", recurse: true));
        AssertMissing("one/sub/b.txt");
        Assert.Equal("one/sub/deep/c.txt".Length, _view.Describe(Path("one/sub/deep/c.txt"), withHash: false, CancellationToken.None).Length);
    }

    [Fact]
    public void One_share_whose_folder_is_gone_does_not_hide_the_others()
    {
        Directory.Delete(_temp["one"], recursive: true);

        Assert.Equal(["two", "two/x.txt"], List(null, recurse: true));
        AssertMissing("one");
    }

    [Fact]
    public void A_name_that_a_share_has_twice_by_case_is_refused()
    {
        PeerShareException error = Assert.Throws<PeerShareException>(() => _registry.Add(Share("one") with { Name = "ONE" }));

        Assert.Equal((PeerError.ShareExists, "one"), (error.Error, error.Target));
    }

    [Fact]
    public void Lasting_shares_are_replaced_as_a_whole_and_do_not_touch_those_of_the_run()
    {
        _registry.ReplacePersistent([Share("two") with { Name = "kept", IsPersistent = true }, Share("two") with { Name = "TWO", IsPersistent = true }]);
        Assert.Equal(["kept", "one", "two"], _registry.All.Select(s => s.Info.Name));

        _registry.ReplacePersistent([]);

        Assert.Equal(["one", "two"], _registry.All.Select(s => s.Info.Name));
    }

    public void Dispose()
    {
        _view.Dispose();
        _temp.Dispose();
    }

    private static WirePath Path(string text)
    {
        Assert.True(WirePath.TryParse(text, out WirePath? path, out _));
        return path;
    }

    private ShareInfo Share(string name) => new(name, _temp[name], null, [], IsPersistent: false, IsSingleFile: false, Problem: null);

    private string[] List(string? name, bool recurse) =>
        [.. _view.List(name is null ? null : Path(name), recurse).Select(e => e.Name.ToString()).Order(StringComparer.Ordinal)];

    private void AssertMissing(string name)
    {
        Assert.Equal(PeerError.FileNotFound, Assert.Throws<PeerShareException>(() => List(name, recurse: true)).Error);
        Assert.Equal(PeerError.FileNotFound, Assert.Throws<PeerShareException>(() => _view.OpenRead(Path(name), out _)).Error);
    }

    private sealed class Permission : IShareAccess
    {
        public List<string> Closed { get; } = [];

        public List<string> Places { get; } = [];

        public bool May(ServedShare share, WirePath name) =>
            !Closed.Contains(share.Info.Name) || PlacesIn(share).Any(name.IsAtOrBelow);

        public IReadOnlyList<WirePath> PlacesIn(ServedShare share) => [.. Places.Select(Path).Where(place => place.Share == share.Info.Name)];
    }
}
