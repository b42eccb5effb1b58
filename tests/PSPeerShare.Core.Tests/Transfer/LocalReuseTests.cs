using System.Security.Cryptography;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>What is here already does not cross the network again.</summary>
public sealed class LocalReuseTests : IAsyncLifetime
{
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(20_000_000);
    private NodePair _pair = null!;

    public async Task InitializeAsync() => _pair = await NodePair.StartAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Theory]
    [InlineData("changed in place")]
    [InlineData("appended to")]
    public async Task Over_an_older_version_only_the_groups_that_differ_are_fetched(string how)
    {
        byte[] old = how == "appended to" ? _content[..^50_000] : [.. _content];
        if (how == "changed in place")
        {
            old.AsSpan(3_000_000, 10).Clear();
            old.AsSpan(15_000_000, 10).Clear();
        }

        _pair.Server.Write("docs/large.bin", _content);
        _pair.Client.Write("in/large.bin", old, new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        TransferInfo result = await _pair.FetchOneAsync("docs/large.bin", _pair.In() with { Force = true });

        NodePair.AssertCompleted(result);
        Assert.True(_content.AsSpan().SequenceEqual(File.ReadAllBytes(_pair.Client["in", "large.bin"])));
        Assert.Equal(_content.Length, result.BytesReused + result.BytesTransferred);
        Assert.InRange(result.BytesTransferred, 1, _content.Length / 30);
        NodePair.AssertHolds(_pair.Client["in"], "large.bin");
    }

    [Fact]
    public async Task The_same_content_under_another_name_is_copied_here()
    {
        _pair.Server.Write("docs/large.bin", _content);
        _pair.Server.Write("docs/copy.bin", _content);
        await _pair.FetchOneAsync("docs/large.bin");

        ContentHash hash = Blake3Hasher.Hash(_content);
        TransferInfo result = Assert.Single(await _pair.Client.FetchAsync(_pair.In(), _pair.File("docs/copy.bin", hash)));

        NodePair.AssertCompleted(result);
        Assert.True(_content.AsSpan().SequenceEqual(File.ReadAllBytes(_pair.Client["in", "copy.bin"])));
        Assert.InRange(result.BytesTransferred, 1, GroupLayout.FewestBytes);
    }
}
