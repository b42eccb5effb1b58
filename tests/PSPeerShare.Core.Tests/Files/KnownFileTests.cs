using System.Runtime.Versioning;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>A file that a walk has looked at is read without another look by name, and only if it is that file still.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class KnownFileTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly byte[] _buffer = new byte[64];
    private readonly SafeRoot _root;
    private readonly ReadableFolder _folder;
    private readonly FileFacts _known;

    public KnownFileTests()
    {
        File.WriteAllText(_temp["file"], "content");
        _root = SafeRoot.Open(_temp.Path);
        _folder = _root.OpenFolder([]);
        _known = Assert.Single(_root.Enumerate([], false, new EntrySkips())).Facts;
    }

    public void Dispose()
    {
        _folder.Dispose();
        _root.Dispose();
        _temp.Dispose();
    }

    [Fact]
    public void One_that_is_as_it_was_is_read()
    {
        Assert.Equal(7, Read());
        Assert.Equal("content"u8, _buffer.AsSpan(0, 7));
    }

    [Fact]
    public void One_that_is_too_long_for_the_buffer_is_not() => Assert.Equal(-1, _folder.ReadKnown("file", _known, _buffer.AsSpan(0, 7)));

    [Theory]
    [InlineData("gone")]
    [InlineData("written")]
    [InlineData("shorter")]
    [InlineData("other mode")]
    [InlineData("replaced")]
    [InlineData("link")]
    [InlineData("folder")]
    public void One_that_is_not_as_it_was_is_not(string now)
    {
        string file = _temp["file"];
        DateTime modified = File.GetLastWriteTimeUtc(file);
        switch (now)
        {
            case "written":
                File.WriteAllText(file, "CONTENT");
                File.SetLastWriteTimeUtc(file, modified);
                break;
            case "shorter":
                File.WriteAllText(file, "con");
                File.SetLastWriteTimeUtc(file, modified);
                break;
            case "other mode":
                File.SetUnixFileMode(file, UnixFileMode.UserRead);
                break;
            case "replaced":
                File.WriteAllText(_temp["other"], "CONTENT");
                File.SetLastWriteTimeUtc(_temp["other"], modified);
                File.Move(_temp["other"], file, overwrite: true);
                break;
            case "link":
                File.Move(file, _temp["moved"]);
                File.CreateSymbolicLink(file, _temp["moved"]);
                break;
            default:
                File.Delete(file);
                break;
        }

        if (now == "folder")
        {
            Directory.CreateDirectory(file);
        }

        Assert.Equal(-1, Read());
    }

    [Fact]
    public async Task A_fifo_that_took_its_name_holds_nobody_up()
    {
        File.Delete(_temp["file"]);
        RawNames.MakeFifo(_temp["file"]);

        Assert.Equal(-1, await Task.Run(Read).WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Theory]
    [InlineData("../file")]
    [InlineData("..")]
    [InlineData(SafeRoot.StagingName)]
    public void A_name_that_no_walk_tells_is_not(string name)
    {
        using SafeRoot inner = SafeRoot.Open(Directory.CreateDirectory(_temp["inner"]).FullName);
        using ReadableFolder folder = inner.OpenFolder([]);
        File.WriteAllText(Path.Combine(_temp["inner"], SafeRoot.StagingName), "content");

        Assert.Equal(-1, folder.ReadKnown(name, _known, _buffer));
    }

    private int Read() => _folder.ReadKnown("file", _known, _buffer);
}
