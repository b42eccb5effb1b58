using System.Text;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>P4 where files are sent: others may write to a folder that is sent while its files wait for their turn.</summary>
public sealed class SwappedLinkTests : IDisposable
{
    private readonly TempFolder _temp = new();

    public SwappedLinkTests()
    {
        Directory.CreateDirectory(_temp["project", "sub"]);
        Directory.CreateDirectory(_temp["private", "sub"]);
        File.WriteAllText(_temp["project", "sub", "notes.txt"], "harmless");
        File.WriteAllText(_temp["private", "notes.txt"], "a secret");
        File.WriteAllText(_temp["private", "sub", "notes.txt"], "a secret");
    }

    public void Dispose() => _temp.Dispose();

    [Fact]
    public void A_folder_swapped_for_a_link_after_the_listing_is_not_followed()
    {
        LocalFile file = Assert.Single(LocalFile.Below(_temp["project"], recurse: true));

        Directory.Move(_temp["project", "sub"], _temp["project", "old"]);
        Directory.CreateSymbolicLink(_temp["project", "sub"], _temp["private"]);

        Assert.Equal(PeerError.PathNotFound, Assert.Throws<PeerShareException>(() => Read(file)).Error);
    }

    [Fact]
    public void A_file_swapped_for_a_link_after_the_listing_is_not_followed()
    {
        LocalFile file = Assert.Single(LocalFile.Below(_temp["project"], recurse: true));

        File.Delete(_temp["project", "sub", "notes.txt"]);
        File.CreateSymbolicLink(_temp["project", "sub", "notes.txt"], _temp["private", "notes.txt"]);

        Assert.Equal(PeerError.PathNotFound, Assert.Throws<PeerShareException>(() => Read(file)).Error);
    }

    [Fact]
    public void A_folder_that_takes_the_place_of_the_sent_one_is_not_read()
    {
        LocalFile file = Assert.Single(LocalFile.Below(_temp["project"], recurse: true));

        Directory.Move(_temp["project"], _temp["moved"]);
        Directory.CreateSymbolicLink(_temp["project"], _temp["private"]);

        Assert.Equal(PeerError.PathNotFound, Assert.Throws<PeerShareException>(() => Read(file)).Error);
    }

    [Fact]
    public void A_file_that_a_later_process_goes_on_with_is_not_followed_either()
    {
        LocalFile listed = Assert.Single(LocalFile.Below(_temp["project"], recurse: true));
        LocalFile file = LocalFile.Again(listed.FullPath, listed.RelativeName, listed.Length);
        Assert.Equal("harmless", Read(file));

        Directory.Move(_temp["project", "sub"], _temp["project", "old"]);
        Directory.CreateSymbolicLink(_temp["project", "sub"], _temp["private"]);

        Assert.Equal(PeerError.PathNotFound, Assert.Throws<PeerShareException>(() => Read(file)).Error);
    }

    [Fact]
    public void A_link_that_the_user_names_is_followed()
    {
        File.CreateSymbolicLink(_temp["file-link"], _temp["project", "sub", "notes.txt"]);
        Directory.CreateSymbolicLink(_temp["folder-link"], _temp["project"]);

        Assert.Equal("harmless", Read(Assert.Single(LocalFile.Below(_temp["file-link"], recurse: false))));
        LocalFile below = Assert.Single(LocalFile.Below(_temp["folder-link"], recurse: true));
        Assert.Equal("folder-link/sub/notes.txt", below.RelativeName);
        Assert.Equal("harmless", Read(below));
    }

    private static string Read(LocalFile file)
    {
        using SafeFileHandle handle = file.Open(out FileFacts facts);
        byte[] bytes = new byte[facts.Length];
        return Encoding.UTF8.GetString(bytes.AsSpan(0, RandomAccess.Read(handle, bytes, 0)));
    }
}
