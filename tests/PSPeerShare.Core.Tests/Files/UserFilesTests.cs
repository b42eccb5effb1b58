using CsCheck;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Tests.Protocol;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Files;

public sealed class UserFilesTests
{
    private static readonly string[] s_names = ["a", "b", "A", "sub", "x.txt", "한", "(2)", "a (2)"];

    [Fact]
    public void Whatever_is_received_no_file_that_was_there_before_changes()
    {
        Gen<string[]> target = Gen.Int[0, s_names.Length - 1].Select(i => s_names[i]).Array[1, 3];
        Gen.Select(target.Array[0, 6], Gen.Select(target, Gen.Bool, Gen.Bool).Array[1, 12]).Sample(
            (mine, received) =>
            {
                using TempFolder temp = new();
                Dictionary<string, string> before = [];
                foreach (string path in mine.Select(segments => temp[segments]).Where(path => TryMake(path)))
                {
                    before[path] = File.ReadAllText(path);
                }

                using SafeRoot root = SafeRoot.Open(temp.Path);
                foreach ((string[] segments, bool isFolder, bool isNewName) in received)
                {
                    Receive(root, segments, isFolder, isNewName ? CommitMode.NewName : CommitMode.NoReplace);
                }

                return before.All(file => File.ReadAllText(file.Key) == file.Value);
            },
            iter: 100,
            threads: 1);
    }

    [Fact]
    public void Every_name_is_made_below_the_root_or_not_at_all()
    {
        using TempFolder temp = new();
        Directory.CreateDirectory(temp["root"]);
        File.WriteAllText(temp["passwd"], "outside");
        using (SafeRoot root = SafeRoot.Open(temp["root"]))
        {
            foreach (string hostile in HostileSegments.Refused().Select(System.Text.Encoding.UTF8.GetString)
                .Concat(HostileSegments.Lookalikes()))
            {
                Receive(root, [hostile], false, CommitMode.NoReplace);
                Receive(root, [hostile, "passwd"], false, CommitMode.NoReplace);
                Receive(root, ["sub", hostile, "passwd"], false, CommitMode.NoReplace);
                Receive(root, [hostile], true, CommitMode.NoReplace);
            }
        }

        Assert.Equal(["passwd", "root"], Names(temp.Path));
        Assert.Equal("outside", File.ReadAllText(temp["passwd"]));
        Assert.All(
            Directory.GetFileSystemEntries(temp["root"], "*", SearchOption.AllDirectories),
            path => Assert.Equal(WireNameFault.None, WirePathSegment.Check(Path.GetFileName(path), out _)));
    }

    private static void Receive(SafeRoot root, string[] segments, bool isFolder, CommitMode mode)
    {
        try
        {
            if (isFolder)
            {
                root.EnsureFolder(segments);
                return;
            }

            using StagedFile file = root.Stage(0);
            file.Write("theirs"u8, 0);
            file.Commit(segments, mode, null, durable: false, out _);
        }
        catch (PeerShareException e) when (e.Error is PeerError.DestinationExists or PeerError.DestinationInvalid
            or PeerError.NameRefused)
        {
        }
    }

    private static bool TryMake(string path)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "mine " + path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Names(string folder) =>
        Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
