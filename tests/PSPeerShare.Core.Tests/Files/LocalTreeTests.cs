using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

public sealed class LocalTreeTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public LocalTreeTests()
    {
        Directory.CreateDirectory(_temp["photos", "2026"]);
        File.WriteAllText(_temp["photos", "a.jpg"], "a");
        File.WriteAllText(_temp["photos", "2026", "b.jpg"], "bb");
        File.CreateSymbolicLink(_temp["photos", "link.jpg"], _temp["photos", "a.jpg"]);
    }

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/../photos/.")]
    public void A_folder_is_sent_under_its_own_name_without_its_links(string suffix)
    {
        using LocalTree tree = LocalTree.Open(_temp["photos"] + suffix);
        EntrySkips skips = new();
        List<LocalItem> items = [.. tree.Files(skips).OrderBy(item => item.Length)];

        Assert.True(tree.IsFolder);
        Assert.Equal("photos", tree.Name);
        Assert.Equal(["photos/a.jpg", "photos/2026/b.jpg"], items.Select(item => string.Join('/', item.Segments)));
        Assert.Equal(1, skips.Links);
        using SafeFileHandle handle = tree.OpenRead(items[1], out FileFacts facts);
        Assert.Equal(2, facts.Length);
    }

    [Fact]
    public void A_single_file_is_sent_under_its_own_name_also_through_a_link_that_the_user_names()
    {
        File.CreateSymbolicLink(_temp["latest.jpg"], _temp["photos", "a.jpg"]);

        using LocalTree tree = LocalTree.Open(_temp["latest.jpg"]);
        LocalItem item = Assert.Single(tree.Files(new EntrySkips()));

        Assert.False(tree.IsFolder);
        Assert.Equal(["latest.jpg"], item.Segments);
        Assert.Equal(1, item.Length);
        using SafeFileHandle handle = tree.OpenRead(item, out FileFacts facts);
        Assert.Equal(1, facts.Length);
    }

    [Fact]
    public void What_cannot_be_sent_says_why()
    {
        RawNames.MakeFifo(_temp["fifo"]);
        File.CreateSymbolicLink(_temp["dangling"], _temp["none"]);
        File.WriteAllText(_temp["new\nline"], "");

        Assert.Equal(PeerError.PathNotFound, Error(() => LocalTree.Open(_temp["none"])));
        Assert.Equal(PeerError.PathNotReadable, Error(() => LocalTree.Open(_temp["fifo"])));
        Assert.Equal(PeerError.PathNotFound, Error(() => LocalTree.Open(_temp["dangling"])));
        Assert.Equal(PeerError.NameRefused, Error(() => LocalTree.Open(_temp["new\nline"])));
    }

    [Fact]
    public void A_file_that_goes_away_while_the_list_is_sent_is_a_path_not_found()
    {
        using LocalTree tree = LocalTree.Open(_temp["photos"]);
        List<LocalItem> items = [.. tree.Files(new EntrySkips())];
        File.Delete(_temp["photos", "a.jpg"]);

        Assert.Equal(
            PeerError.PathNotFound, Error(() => tree.OpenRead(items.Single(item => item.Length == 1), out _)));
    }

    private static PeerError Error(Func<object> action) => Assert.Throws<PeerShareException>(action).Error;
}
