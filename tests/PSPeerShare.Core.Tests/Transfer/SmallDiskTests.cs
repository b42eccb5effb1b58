using System.Security.Cryptography;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>R5 on real file systems: a disk that fills up in the midst, and a destination that is two file systems.</summary>
public sealed class SmallDiskTests : IAsyncLifetime
{
    private const long RateLimit = 12_000_000;

    private readonly byte[] _content = RandomNumberGenerator.GetBytes(30_000_000);
    private NodePair _pair = null!;

    public async Task InitializeAsync() =>
        _pair = await NodePair.StartWithInboxAsync(new ServerOptions { InboxLimits = new InboxLimits { FreeBytes = 0 } });

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [MountFact]
    public async Task A_fetch_into_a_disk_that_fills_up_fails_clearly_and_goes_on_when_there_is_room()
    {
        _pair.Server.Write("docs/large.bin", _content);
        using SmallDisk disk = new(_pair.Client["in"], megabytes: 40);
        await using TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In() with { RateLimit = RateLimit });
        job.Add(_pair.File("docs/large.bin"));
        job.Complete();

        // A journal is there, so that the disk fills up under a partial file that outlives the attempt.
        await Waiting.UntilAsync(() => HasPartial(disk.Path));
        using (disk.Fill())
        {
            NodePair.AssertFailed(PeerError.DestinationFull, Assert.Single(await TestNode.ReadAllAsync(job)));
            Assert.False(File.Exists(_pair.Client["in", "large.bin"]));
        }

        TransferInfo result = await _pair.FetchOneAsync("docs/large.bin");

        NodePair.AssertCompleted(result);
        Assert.InRange(result.BytesReused, GroupLayout.MostBytes, _content.Length - 1);
        Assert.Equal(_content.Length, result.BytesReused + result.BytesTransferred);
        AssertContent(_pair.Client["in", "large.bin"]);
        NodePair.AssertHolds(_pair.Client["in"], "large.bin");
    }

    [MountFact]
    public async Task A_file_for_which_there_is_no_room_from_the_start_fails_at_once_and_the_next_one_comes()
    {
        _pair.Server.Write("docs/large.bin", _content);
        _pair.Server.Write("docs/small.txt", "small"u8.ToArray());
        using SmallDisk disk = new(_pair.Client["in"], megabytes: 20);

        List<TransferInfo> results = await _pair.Client.FetchAsync(_pair.In(), _pair.File("docs/large.bin"), _pair.File("docs/small.txt"))
            .Within();

        TransferInfo large = Assert.Single(results, r => r.Name == "large.bin");
        NodePair.AssertFailed(PeerError.DestinationFull, large);

        // A window may be under way; the disk has room for more than that.
        Assert.InRange(large.BytesTransferred, 0, 10_000_000);
        NodePair.AssertCompleted(Assert.Single(results, r => r.Name == "small.txt"));
    }

    [MountFact]
    public async Task A_push_into_a_disk_that_fills_up_fails_clearly_the_node_lives_and_it_goes_on_when_there_is_room()
    {
        LocalFile file = new(_pair.Client.Write("out/large.bin", _content), "large.bin", _content.Length);
        using SmallDisk disk = new(_pair.Server["inbox"], megabytes: 40);
        await using TransferJob<LocalFile> job = _pair.Client.Node.BeginPush(_pair.To() with { RateLimit = RateLimit });
        job.Add(file);
        job.Complete();
        await Waiting.UntilAsync(() => HasPartial(disk.Path));
        using (disk.Fill())
        {
            NodePair.AssertFailed(PeerError.InboxFull, Assert.Single(await TestNode.ReadAllAsync(job)));
            Assert.Empty(await _pair.Client.FindAsync());
        }

        TransferInfo result = Assert.Single(await _pair.PushAsync(file));

        NodePair.AssertCompleted(result);
        Assert.InRange(result.BytesReused, GroupLayout.MostBytes, _content.Length - 1);
        AssertContent(Path.Join(_pair.InboxFolder, "large.bin"));
    }

    [MountFact]
    public async Task Files_whose_folder_is_another_file_system_arrive_there_and_leave_nothing_beside()
    {
        _pair.Server.Write("docs/other/large.bin", _content);
        _pair.Server.Write("docs/other/small.txt", "small"u8.ToArray());
        using SmallDisk disk = new(_pair.Client["in", "other"], megabytes: 40);

        List<TransferInfo> results = await _pair.FetchAsync(_pair.In() with { Durable = true }, "docs/other/large.bin", "docs/other/small.txt");

        Assert.All(results, NodePair.AssertCompleted);
        AssertContent(_pair.Client["in", "other", "large.bin"]);
        Assert.Equal("small", File.ReadAllText(_pair.Client["in", "other", "small.txt"]));
        NodePair.AssertHolds(_pair.Client["in"], "other/large.bin", "other/small.txt");
    }

    private static bool HasPartial(string folder)
    {
        string kept = Path.Join(folder, SafeRoot.StagingName, KeptFolder.Name);
        return Directory.Exists(kept) && Directory.GetFiles(kept, "*.journal").Select(file => new FileInfo(file).Length).FirstOrDefault() > 4096;
    }

    private void AssertContent(string path) => Assert.Equal(Blake3Hasher.Hash(_content), Blake3Hasher.Hash(File.ReadAllBytes(path)));
}
