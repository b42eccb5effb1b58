using System.Security.Cryptography;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>R2: whatever became of a partial file on the disk, the file that is fetched in the end is the right one.</summary>
public sealed class DamagedPartialTests : IAsyncLifetime
{
    private const string Journal = "*.journal";
    private const string Data = "*.data";

    private static readonly byte[] s_content = RandomNumberGenerator.GetBytes((9 << 20) + 77);
    private static readonly byte[] s_other = RandomNumberGenerator.GetBytes(s_content.Length);

    private readonly NodePair _pair = new();

    private string Kept => _pair.Client["in", SafeRoot.StagingName, KeptFolder.Name];

    public static TheoryData<string> Damages => [.. s_damages.Keys];

    private static readonly Dictionary<string, Action<DamagedPartialTests>> s_damages = new()
    {
        ["nothing"] = _ => { },
        ["the journal's end is torn"] = test => test.Cut(Journal, length => length - 7),
        ["the journal ends in its header"] = test => test.Cut(Journal, _ => 20),
        ["the journal is empty"] = test => test.Cut(Journal, _ => 0),
        ["the journal is of another version"] = test => test.Flip(Journal, 7),
        ["a claim in the journal is another"] = test => test.Flip(Journal, -200),
        ["the journal is of another file"] = test => File.WriteAllBytes(test.Only(Journal), test.Left("other.bin", s_other, Journal)),
        ["the journal is gone"] = test => File.Delete(test.Only(Journal)),
        ["the data is of another file"] = test => File.WriteAllBytes(test.Only(Data), test.Left("other.bin", s_other, Data)),
        ["a byte of the data is another"] = test => test.Flip(Data, 300_000),
        ["the data's end is gone"] = test => test.Cut(Data, _ => 1_000_000),
        ["the data is gone"] = test => File.Delete(test.Only(Data)),
        ["the data is a link"] = test => test.Link(Data),
        ["the journal is a link"] = test => test.Link(Journal),
    };

    public async Task InitializeAsync()
    {
        await _pair.Server.StartAsync(_pair.Server.Folder("docs"));
        await _pair.Server.BefriendAsync(_pair.Client);
        _pair.Server.Write("docs/large.bin", s_content);
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task The_file_comes_whole_and_nothing_else_is_touched(string damage)
    {
        Leave("large.bin", s_content, _pair.Client.Folder("in"));
        byte[] outside = [.. s_other];
        string beside = _pair.Client.Write("beside/outside.bin", outside);
        s_damages[damage](this);

        TransferInfo result = await _pair.FetchOneAsync("docs/large.bin");

        NodePair.AssertCompleted(result);
        Assert.Equal(Blake3Hasher.Hash(s_content), Blake3Hasher.Hash(File.ReadAllBytes(_pair.Client["in", "large.bin"])));
        Assert.Equal(Blake3Hasher.Hash(outside), Blake3Hasher.Hash(File.ReadAllBytes(beside)));
        Assert.Equal(s_content.Length, result.BytesReused + result.BytesTransferred);
        Assert.True(damage != "nothing" || result.BytesReused > 4 << 20, $"{result.BytesReused} bytes were reused");

        // Data that no journal is of goes when it is old.
        Assert.Equal([_pair.Client["in", "large.bin"]], Directory.GetFiles(_pair.Client["in"]));
        Assert.True(damage.Contains("journal is", StringComparison.Ordinal) || !Directory.Exists(Kept));
    }

    /// <summary>Leaves half of a file.</summary>
    private void Leave(string name, byte[] content, string folder)
    {
        RemoteFile file = _pair.File("docs/large.bin");
        long modified = (File.GetLastWriteTimeUtc(_pair.Server["docs", "large.bin"]) - DateTime.UnixEpoch).Ticks * 100;
        PartialKey key = new([name], $"{file.NodeId}/docs/{name}", content.Length, modified);
        using SafeRoot root = SafeRoot.Open(folder);
        using PartialFile partial = PartialFile.Open(root, key);
        new GroupWriter(partial, [(0, content.Length)]).Write(content.AsSpan(0, content.Length / 2));
    }

    /// <summary>What another file would have left.</summary>
    private byte[] Left(string name, byte[] content, string pattern)
    {
        string folder = _pair.Client.Folder("elsewhere");
        Leave(name, content, folder);
        return File.ReadAllBytes(Directory.GetFiles(Path.Join(folder, SafeRoot.StagingName, KeptFolder.Name), pattern).Single());
    }

    private string Only(string pattern) => Directory.GetFiles(Kept, pattern).Single();

    private void Cut(string pattern, Func<long, long> length)
    {
        using FileStream file = new(Only(pattern), FileMode.Open, FileAccess.ReadWrite);
        file.SetLength(length(file.Length));
    }

    private void Flip(string pattern, int offset)
    {
        using FileStream file = new(Only(pattern), FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset < 0 ? file.Length + offset : offset;
        int value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ 1));
    }

    private void Link(string pattern)
    {
        string path = Only(pattern);
        File.Delete(path);
        File.CreateSymbolicLink(path, _pair.Client["beside", "outside.bin"]);
    }
}
