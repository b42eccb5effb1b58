using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

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
    public void A_view_holds_one_folder_open_for_a_share_however_often_it_changes()
    {
        for (int i = 0; i < 50; i++)
        {
            _view.OpenRead(Path("one/a.txt"), out _).Dispose();
            _registry.Remove("one");
            _registry.Add(Share("one") with { Exclude = [$"no-{i}"] });
        }

        Assert.Equal(1, _view.OpenReaders);
    }

    [Fact]
    public void A_walk_goes_on_in_the_share_as_it_was_while_files_of_the_new_one_are_opened()
    {
        using IEnumerator<CatalogEntry> walk = _view.List(Path("one"), recurse: true).GetEnumerator();
        Assert.True(walk.MoveNext());
        _registry.Remove("one");
        _registry.Add(Share("one") with { Exclude = ["none"] });

        _view.OpenRead(Path("one/a.txt"), out _).Dispose();

        int left = 0;
        while (walk.MoveNext())
        {
            left++;
        }

        Assert.Equal(4, left);
    }

    [Fact]
    public void A_share_that_stays_as_it_is_stays_the_same()
    {
        ShareInfo Kept(params string[] exclude) => Share("two") with { Name = "kept", IsPersistent = true, Exclude = exclude };
        _registry.ReplacePersistent([Kept("a", "b")]);
        ServedShare first = _registry.Find("kept")!;

        _registry.ReplacePersistent([Kept("a", "b")]);
        Assert.Same(first, _registry.Find("kept"));

        _registry.ReplacePersistent([Kept("a")]);
        Assert.NotSame(first, _registry.Find("kept"));
        _registry.ReplacePersistent([Kept("a") with { Peers = [] }]);
        Assert.Empty(_registry.Find("kept")!.Info.Peers!);
    }

    [Fact]
    public async Task Entries_of_a_place_that_was_withdrawn_do_not_leave_with_those_of_another()
    {
        await using BareNode asker = new();
        await using BareNode holder = new(Answers.Everything);
        (PeerConnection near, _) = await asker.ConnectAsync(holder);
        await using PeerStream stream = near.OpenStream(FrameType.Search, new SearchRequest(), last: false);
        _permission.Closed.Add("one");
        _permission.Places.AddRange(["one/a.txt", "one/sub"]);
        EntrySender sender = new(stream, _view);
        foreach (string name in (string[])["one/a.txt", "one/sub/b.txt"])
        {
            sender.Add(Path(name), new Entry { Name = Path(name).ToWire() });
        }

        _permission.Places.Remove("one/sub");

        PeerShareException refused = await Assert.ThrowsAsync<PeerShareException>(async () => await sender.SendAsync(TestNode.Patience));
        Assert.Equal((PeerError.FileNotFound, "one/sub/b.txt"), (refused.Error, refused.Target));
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
