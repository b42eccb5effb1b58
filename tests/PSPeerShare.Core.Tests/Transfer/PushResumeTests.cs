using System.Security.Cryptography;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>The inbox keeps what arrived of a large file, for its sender alone.</summary>
public sealed class PushResumeTests : IAsyncLifetime
{
    private const long RateLimit = 10_000_000;

    private readonly byte[] _content = RandomNumberGenerator.GetBytes(20_000_000);
    private NodePair _pair = null!;
    private string _source = "";

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartWithInboxAsync();
        _source = _pair.Client.Write("out/large.bin", _content);
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task The_same_command_again_sends_only_what_is_missing()
    {
        await InterruptAsync();

        TransferInfo result = Assert.Single(await _pair.PushAsync(Local()));

        AssertWhole(result, _content);
        Assert.InRange(result.BytesReused, GroupLayout.FewestBytes, _content.Length - 1);
        Assert.Equal(_content.Length, result.BytesReused + result.BytesTransferred);
    }

    [Fact]
    public async Task What_arrived_can_be_proven_at_once_without_having_been_read()
    {
        TransferInfo result = Assert.Single(await _pair.PushAsync(Local()));
        AssertWhole(result, _content);

        using StoredCatalog stored = new(_pair.Server.Home, EventLog.Null, TimeProvider.System);
        await using ContentIndex index = new(stored, TimeProvider.System);
        ContentHash root = Blake3Hasher.Hash(_content);
        await Waiting.UntilAsync(() => index.TreeOf(root, _content.Length) is not null);
        Assert.Equal([Path.Join(_pair.InboxFolder, "large.bin")], index.LocalPathsOf(root, _content.Length));
    }

    [Fact]
    public async Task A_cut_is_survived_within_one_command_and_costs_little()
    {
        using FaultProxy proxy = await _pair.InterposeAsync();
        await using TransferJob<LocalFile> job = Begin();
        await Waiting.UntilAsync(() => job.Sample().BytesDone > 10_000_000);
        proxy.CutNow();

        TransferInfo result = Assert.Single(await TestNode.ReadAllAsync(job));

        AssertWhole(result, _content);
        Assert.InRange(result.BytesTransferred, _content.Length / 2, _content.Length + RateLimit);
    }

    [Fact]
    public async Task A_file_that_has_changed_meanwhile_is_sent_anew()
    {
        await InterruptAsync();
        byte[] other = RandomNumberGenerator.GetBytes(_content.Length);
        _pair.Client.Write("out/large.bin", other, new DateTime(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        TransferInfo result = Assert.Single(await _pair.PushAsync(Local()));

        AssertWhole(result, other);
        Assert.Equal(0, result.BytesReused);
    }

    [Fact]
    public async Task A_file_that_has_changed_secretly_is_found_out_and_sent_from_the_beginning()
    {
        await InterruptAsync();
        byte[] other = [.. _content];
        other[100] ^= 1;
        _pair.Client.Write("out/large.bin", other);

        AssertWhole(Assert.Single(await _pair.PushAsync(Local())), other);
    }

    private LocalFile Local() => new(_source, "large.bin", _content.Length);

    private TransferJob<LocalFile> Begin()
    {
        TransferJob<LocalFile> job = _pair.Client.Node.BeginPush(_pair.To() with { RateLimit = RateLimit });
        job.Add(Local());
        job.Complete();
        return job;
    }

    private async Task InterruptAsync()
    {
        await using (TransferJob<LocalFile> job = Begin())
        {
            await Waiting.UntilAsync(() => job.Sample().BytesDone > 8_000_000);
        }

        await Waiting.UntilAsync(() => Directory.Exists(_pair.Server["inbox", SafeRoot.StagingName, KeptFolder.Name]));
    }

    private void AssertWhole(TransferInfo result, byte[] content)
    {
        NodePair.AssertCompleted(result);
        Assert.True(content.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Join(_pair.InboxFolder, "large.bin"))));
        Assert.Single(Directory.GetFiles(_pair.InboxFolder));
    }
}
