using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

public sealed class BatchNamesTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void This_file_system_keeps_names_apart_and_holds_what_windows_does_not()
    {
        using (SafeRoot root = SafeRoot.Open(_temp.Path))
        {
            BatchNames names = new(root);
            Assert.Equal(new DestinationNames(false, false, false), root.Names);
            names.Claim(["Index.html"]);
            names.Claim(["index.html"]);
            names.Claim(["log-2026-11-22T18:50"]);
            names.Claim(["CON"]);
        }

        Assert.Empty(Directory.GetFileSystemEntries(_temp.Path));
    }

    [Theory]
    [InlineData("Index.html", "index.html")]
    [InlineData("DIR/a", "dir/b")]
    [InlineData("x/Ärger", "x/ärger")]
    [InlineData("x/É", "x/e\u0301")]
    [InlineData("x/ſ", "x/S")]
    public void The_second_of_two_names_that_are_one_file_here_is_refused(string first, string second)
    {
        BatchNames names = Folding();
        names.Claim(first.Split('/'));

        PeerShareException e = Assert.Throws<PeerShareException>(() => names.Claim(second.Split('/')));

        Assert.Equal(PeerError.NameCollision, e.Error);
        names.Claim(first.Split('/'));
    }

    [Fact]
    public void Different_names_and_files_of_one_folder_do_not_collide()
    {
        BatchNames names = Folding();
        for (int i = 0; i < 5000; i++)
        {
            names.Claim(["Folder", $"Sub{i % 7}", $"File{i}"]);
        }
    }

    [Fact]
    public void Where_windows_rules_hold_its_impossible_names_are_refused_in_any_segment()
    {
        BatchNames names = Folding();

        foreach (string[] target in (string[][])[["a:b"], ["nul", "x"], ["x", "trailing."], ["x", "COM\u00B2.txt"]])
        {
            Assert.Equal(PeerError.NameRefused, Assert.Throws<PeerShareException>(() => names.Claim(target)).Error);
        }
    }

    [Fact]
    public void A_file_system_that_folds_case_is_found_out_by_trying()
    {
        using UnixSafeRoot root = UnixSafeRoot.Open(_temp.Path, new FoldingCalls());

        Assert.Equal(new DestinationNames(true, true, true), root.Names);
    }

    private BatchNames Folding()
    {
        using SafeRoot root = SafeRoot.Open(_temp.Path);
        return new BatchNames(root, new DestinationNames(true, true, true));
    }
}
