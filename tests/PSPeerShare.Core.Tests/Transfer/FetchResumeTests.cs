using System.Security.Cryptography;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>What was verified is not fetched again, and nothing is mixed from two states of a source.</summary>
public sealed class FetchResumeTests : IAsyncLifetime
{
    private const long RateLimit = 10_000_000;

    private readonly byte[] _content = RandomNumberGenerator.GetBytes(20_000_000);
    private NodePair _pair = null!;
    private string _source = "";

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartAsync();
        _source = _pair.Server.Write("docs/large.bin", _content);
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task The_same_command_again_fetches_only_what_is_missing()
    {
        await InterruptAsync();

        TransferInfo result = await _pair.FetchOneAsync("docs/large.bin");

        AssertWhole(result, _content);
        Assert.InRange(result.BytesReused, GroupLayout.FewestBytes, _content.Length - 1);
        Assert.Equal(_content.Length, result.BytesReused + result.BytesTransferred);
    }

    [Fact]
    public async Task A_cut_is_survived_within_one_command_and_costs_little()
    {
        using FaultProxy proxy = await _pair.InterposeAsync();
        await using TransferJob<RemoteFile> job = Begin();
        await Waiting.UntilAsync(() => job.Sample().BytesDone > 8_000_000);
        proxy.CutNow();

        TransferInfo result = Assert.Single(await TestNode.ReadAllAsync(job));

        AssertWhole(result, _content);
        Assert.InRange(result.BytesTransferred, _content.Length / 2, _content.Length + (RateLimit / 2));
    }

    [Theory]
    [InlineData("length")]
    [InlineData("time")]
    public async Task A_source_that_has_changed_meanwhile_is_fetched_anew(string what)
    {
        await InterruptAsync();
        byte[] other = RandomNumberGenerator.GetBytes(what == "length" ? _content.Length + 1 : _content.Length);
        _pair.Server.Write("docs/large.bin", other, new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        TransferInfo result = await _pair.FetchOneAsync("docs/large.bin");

        AssertWhole(result, other);
        Assert.Equal(0, result.BytesReused);
    }

    [Fact]
    public async Task A_source_that_has_changed_secretly_is_found_out_and_only_its_new_groups_are_fetched()
    {
        // Same length, same time: only the hashes of its groups tell.
        await InterruptAsync();
        byte[] other = [.. _content];
        other[100] ^= 1;
        _pair.Server.Write("docs/large.bin", other);

        TransferInfo result = await _pair.FetchOneAsync("docs/large.bin");

        AssertWhole(result, other);
    }

    [Fact]
    public async Task What_was_altered_on_the_disk_meanwhile_is_fetched_again()
    {
        await InterruptAsync();
        string data = Directory.GetFiles(_pair.Client["in", SafeRoot.StagingName, KeptFolder.Name], "*.data").Single();
        using (FileStream file = new(data, FileMode.Open, FileAccess.ReadWrite))
        {
            file.Position = 50_000;
            file.Write(new byte[1000]);
        }

        AssertWhole(await _pair.FetchOneAsync("docs/large.bin"), _content);
    }

    [Fact]
    public async Task A_file_that_was_complete_but_for_its_name_is_compared_with_the_source_before_it_gets_it()
    {
        using (SafeRoot root = SafeRoot.Open(_pair.Client["in"], create: true))
        using (PartialFile partial = PartialFile.Open(root, Key()))
        {
            new GroupWriter(partial, [(0, _content.Length)]).Write(_content);
        }

        TransferInfo result = await _pair.FetchOneAsync("docs/large.bin");

        AssertWhole(result, _content);
        Assert.InRange(result.BytesTransferred, 1, GroupLayout.FewestBytes);
    }

    [Fact]
    public async Task A_peer_that_is_gone_for_good_interrupts_the_transfer_and_leaves_it_to_be_resumed()
    {
        using FaultProxy proxy = await _pair.InterposeAsync();
        await using TransferJob<RemoteFile> job = Begin();
        await Waiting.UntilAsync(() => job.Sample().BytesDone > 8_000_000);
        proxy.Dispose();

        TransferInfo result = Assert.Single(await TestNode.ReadAllAsync(job));

        NodePair.AssertFailed(PeerError.ConnectionLost, result);
        Assert.Equal(TransferStatus.Interrupted, result.Status);
        Assert.False(File.Exists(_pair.Client["in", "large.bin"]));
        await _pair.InterposeAsync();
        Assert.InRange((await _pair.FetchOneAsync("docs/large.bin")).BytesReused, 7_000_000, _content.Length);
    }

    private PartialKey Key()
    {
        RemoteFile file = _pair.File("docs/large.bin");
        long modified = (File.GetLastWriteTimeUtc(_source) - DateTime.UnixEpoch).Ticks * 100;
        return new PartialKey(["large.bin"], $"{file.NodeId}/{file.SharePath}", _content.Length, modified);
    }

    private TransferJob<RemoteFile> Begin()
    {
        TransferJob<RemoteFile> job = _pair.Client.Node.BeginFetch(_pair.In() with { RateLimit = RateLimit });
        job.Add(_pair.File("docs/large.bin"));
        job.Complete();
        return job;
    }

    private async Task InterruptAsync()
    {
        await using (TransferJob<RemoteFile> job = Begin())
        {
            await Waiting.UntilAsync(() => job.Sample().BytesDone > 5_000_000);
        }

        Assert.False(File.Exists(_pair.Client["in", "large.bin"]));
    }

    private void AssertWhole(TransferInfo result, byte[] content)
    {
        NodePair.AssertCompleted(result);
        Assert.Equal(Blake3Hasher.Hash(content), result.Hash);
        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(_pair.Client["in", "large.bin"])));
        NodePair.AssertHolds(_pair.Client["in"], "large.bin");
    }
}
