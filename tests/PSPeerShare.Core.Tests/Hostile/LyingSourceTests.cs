using System.Security.Cryptography;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>R2, P6: sources that lie cost time and never a byte, as long as one is honest; it may be any of them.</summary>
public sealed class LyingSourceTests : IAsyncLifetime
{
    private static readonly byte[] s_content = RandomNumberGenerator.GetBytes(9 << 20);

    private readonly TestNode _client = new();
    private readonly TestNode _honest = new();

    private static readonly Dictionary<string, Func<ScriptedSource>> s_liars = new()
    {
        ["wrong bytes"] = () => new ScriptedSource(s_content) { Bytes = (_, _, bytes) => { bytes[^1] ^= 1; return bytes; } },
        ["wrong bytes now and then"] = () => new ScriptedSource(s_content) { Bytes = (number, _, bytes) => number % 2 == 0 ? new byte[bytes.Length] : bytes },
        ["bytes of another place"] = () => new ScriptedSource(s_content) { Bytes = (_, offset, bytes) => offset == 0 ? s_content[^bytes.Length..] : s_content[..bytes.Length] },
        ["a tree of another content"] = () => new ScriptedSource(s_content) { Tree = tree => { tree[0] ^= 1; return tree; } },
        ["a tree without end"] = () => new ScriptedSource(s_content) { Tree = tree => [.. tree, .. new byte[4 << 20]] },
        ["a wrong tree and wrong bytes"] = () => new ScriptedSource(s_content) { Tree = tree => new byte[tree.Length], Bytes = (_, _, bytes) => new byte[bytes.Length] },
        ["another root at the end"] = () => new ScriptedSource(s_content) { EndRoot = () => RandomNumberGenerator.GetBytes(32) },
        ["too few bytes"] = () => new ScriptedSource(s_content) { Bytes = (_, _, bytes) => bytes[1..] },
        ["bytes without end"] = () => new ScriptedSource(s_content) { Bytes = (_, _, bytes) => [.. bytes, .. new byte[8 << 20]] },
        ["a change in the midst"] = () => new ScriptedSource(s_content)
        {
            Items = 2,
            Then = (stream, index, stop) => stream.SendAsync(
                FrameType.ItemError, new ItemError { Index = index, Code = (uint)WireError.Changed }, cancellationToken: stop).AsTask(),
        },
        ["another length in the midst"] = () => new ScriptedSource(s_content)
        {
            Items = 1,
            Then = (stream, index, stop) => stream.SendAsync(
                FrameType.ItemHeader, new ItemHeader { Index = index, Length = 5, Ranged = true }, cancellationToken: stop).AsTask(),
        },
        ["the whole file instead of a part"] = () => new ScriptedSource(s_content)
        {
            Items = 0,
            Then = (stream, index, stop) => stream.SendAsync(
                FrameType.ItemHeader, new ItemHeader { Index = index, Length = s_content.Length }, cancellationToken: stop).AsTask(),
        },
        ["another item"] = () => new ScriptedSource(s_content)
        {
            Items = 0,
            Then = (stream, index, stop) => stream.SendAsync(
                FrameType.ItemHeader, new ItemHeader { Index = index + 1, Length = s_content.Length, Ranged = true }, cancellationToken: stop).AsTask(),
        },
        ["an error for another item"] = () => new ScriptedSource(s_content)
        {
            Items = 0,
            Then = (stream, index, stop) => stream.SendAsync(
                FrameType.ItemError, new ItemError { Index = index + 7 }, cancellationToken: stop).AsTask(),
        },
        ["a failed stream"] = () => new ScriptedSource(s_content) { Items = 1, Then = (stream, _, _) => { stream.Fail(WireError.Internal); return Task.CompletedTask; } },
        ["the end of the stream"] = () => new ScriptedSource(s_content) { Items = 1, Then = (stream, _, stop) => stream.FinishAsync(stop).AsTask() },
        ["a cut"] = () => new ScriptedSource(s_content) { Items = 1, Then = (stream, _, _) => { stream.Connection.Shutdown(CloseReason.Cut); return Task.CompletedTask; } },
        ["silence"] = () => new ScriptedSource(s_content) { Items = 1 },
    };

    public static TheoryData<string> Liars => [.. s_liars.Keys];

    public async Task InitializeAsync()
    {
        _honest.Write("docs/a.bin", s_content);
        await _honest.StartAsync(new ServerOptions { Paths = [_honest["docs"]], RateLimit = 40_000_000 });
        await _honest.BefriendAsync(_client);
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _honest.DisposeAsync();
    }

    [Theory]
    [MemberData(nameof(Liars))]
    public async Task A_liar_beside_an_honest_source_does_no_harm(string lie)
    {
        await using ScriptedSource liar = s_liars[lie]();
        await liar.TrustByAsync(_client, "liar");

        TransferInfo result = await FetchAsync();

        Assert.True(liar.Asked > 0);
        await AssertWholeAsync(result);
    }

    [Theory]
    [MemberData(nameof(Liars))]
    public async Task A_liar_who_is_asked_first_does_no_harm_either(string lie)
    {
        await using ScriptedSource liar = s_liars[lie]();
        await liar.TrustByAsync(_client, "liar");

        TransferInfo result = await FetchAsync(from: "liar");

        await AssertWholeAsync(result);
    }

    private async Task AssertWholeAsync(TransferInfo result)
    {
        Assert.Equal((TransferStatus.Completed, null), (result.Status, result.Error));
        Assert.Equal(s_content, await File.ReadAllBytesAsync(result.LocalPath));
        Assert.Equal(["a.bin"], Directory.EnumerateFileSystemEntries(_client["in"]).Select(Path.GetFileName).Where(name => name![0] != '.'));
    }

    [Fact]
    public async Task Who_lies_twice_is_asked_no_more_and_named_in_the_log()
    {
        await using ScriptedSource liar = new(s_content) { Bytes = (_, _, bytes) => new byte[bytes.Length] };
        await liar.TrustByAsync(_client, "liar");
        await _honest.Node.DisposeAsync();
        await using ScriptedSource slow = new(s_content) { Bytes = (_, _, bytes) => { Thread.Sleep(50); return bytes; } };
        await slow.TrustByAsync(_client, "slow");

        TransferInfo result = await FetchAsync();

        Assert.Equal((TransferStatus.Completed, null), (result.Status, result.Error));
        Assert.Equal("slow", Assert.Single(result.Sources).Peer);
        Assert.InRange(liar.Asked, 1, 4);
        await _client.Node.DisposeAsync();
        string log = string.Concat(Directory.EnumerateFiles(Path.Combine(_client.Home, "logs"), "*.json").Select(File.ReadAllText));
        Assert.Contains("SourceDropped", log, StringComparison.Ordinal);
        Assert.Contains("GroupRefused", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_but_liars_is_an_error_and_no_file()
    {
        await _honest.Node.DisposeAsync();
        await using ScriptedSource one = new(s_content) { Bytes = (_, _, bytes) => new byte[bytes.Length] };
        await using ScriptedSource two = new(s_content) { Bytes = (_, _, bytes) => new byte[bytes.Length] };
        await one.TrustByAsync(_client, "one");
        await two.TrustByAsync(_client, "two");

        TransferInfo result = await FetchAsync();

        Assert.Equal(TransferStatus.Failed, result.Status);
        Assert.Equal(PeerError.ContentMismatch, result.Error!.Error);
        Assert.False(File.Exists(_client["in", "a.bin"]));
    }

    private async Task<TransferInfo> FetchAsync(string from = "server")
    {
        RemoteFile offer = new(
            "a.bin", "docs/a.bin", "docs", s_content.Length, DateTimeOffset.UnixEpoch, Blake3Hasher.Hash(s_content),
            from, _client.Node.GetPeers().Single(peer => peer.Name == from).NodeId);
        return Assert.Single(await _client.FetchAsync(new FetchOptions { Destination = _client.Folder("in"), WaitForSources = Waiting.Patience }, offer));
    }
}
