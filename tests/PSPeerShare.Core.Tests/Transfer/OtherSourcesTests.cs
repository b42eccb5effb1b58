using System.Collections.Concurrent;
using System.Security.Cryptography;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Small files of a known content come from whoever has it when their holder cannot deliver them.</summary>
public sealed class OtherSourcesTests : IAsyncLifetime
{
    private static readonly byte[] s_content = RandomNumberGenerator.GetBytes(3000);
    private static readonly byte[] s_another = RandomNumberGenerator.GetBytes(3000);

    private readonly TestNode _client = new();
    private readonly TestNode _holder = new();
    private readonly TestNode _other = new();
    private readonly ConcurrentQueue<string> _steps = [];

    public async Task InitializeAsync()
    {
        await ServeAsync(_holder, "one", "a.bin");
        await ServeAsync(_other, "two", "b.bin");
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _holder.DisposeAsync();
        await _other.DisposeAsync();
    }

    [Theory]
    [InlineData("gone", true)]
    [InlineData("deleted", false)]
    [InlineData("deleted", true)]
    [InlineData("of another content", true)]
    [InlineData("damaged", false)]
    public async Task What_the_holder_cannot_deliver_comes_from_who_can(string state, bool isByContent)
    {
        RemoteFile offer = await OfferAsync();
        await SpoilAsync(state);

        TransferInfo result = await FetchAsync(offer, Options() with { ByContent = isByContent });

        NodePair.AssertCompleted(result);
        Assert.Equal(s_content, File.ReadAllBytes(_client["in", "a.bin"]));
        Assert.Equal((Id(_holder), Id(_other), 3000L, 3000L), (result.NodeId, Assert.Single(result.Sources).NodeId, result.Sources[0].Bytes, result.BytesTransferred));
        Assert.Contains(_steps, step => step.Contains("asking who else has it", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(3000)]
    [InlineData(30_000_000)]
    public async Task One_that_has_it_no_more_either_is_passed_over(int length)
    {
        await using TestNode third = new();
        await ServeAsync(third, "three", "c.bin");
        RemoteFile offer = (await OfferAsync()) with
        {
            OtherHolders = [new("two", Id(_other), "two/b.bin"), new("three", Id(third), "three/c.bin")],
        };
        await SpoilAsync("gone");
        File.WriteAllBytes(_other["two", "b.bin"], [.. s_another, .. new byte[length - s_another.Length]]);

        TransferInfo result = await FetchAsync(offer);

        NodePair.AssertCompleted(result);
        Assert.Equal(s_content, File.ReadAllBytes(_client["in", "a.bin"]));
        Assert.InRange(result.BytesTransferred, s_content.Length, 3 * s_content.Length);
        Assert.Contains(result.Sources, source => source.NodeId == Id(third) && source.Bytes == 3000);
    }

    [Fact]
    public async Task Where_nobody_has_it_the_holders_failure_is_told()
    {
        RemoteFile offer = await OfferAsync();
        await SpoilAsync("deleted");
        File.WriteAllBytes(_other["two", "b.bin"], s_another);

        NodePair.AssertFailed(PeerError.FileNotFound, await FetchAsync(offer));
        NodePair.AssertHolds(_client["in"]);
    }

    [Fact]
    public async Task A_file_that_has_changed_since_it_was_listed_is_fetched_as_it_is()
    {
        RemoteFile offer = await OfferAsync();
        File.WriteAllBytes(_holder["one", "a.bin"], s_another);
        File.SetLastWriteTimeUtc(_holder["one", "a.bin"], DateTime.UnixEpoch.AddDays(9));

        NodePair.AssertCompleted(await FetchAsync(offer));

        Assert.Equal(s_another, File.ReadAllBytes(_client["in", "a.bin"]));
    }

    [Fact]
    public async Task Nobody_else_is_asked_where_one_source_is_wanted_or_the_content_is_not_known_or_the_destination_is_in_the_way()
    {
        RemoteFile offer = await OfferAsync();
        _client.Write("in/a.bin", s_another);
        NodePair.AssertFailed(PeerError.DestinationExists, await FetchAsync(offer));
        File.Delete(_client["in", "a.bin"]);
        await SpoilAsync("deleted");

        NodePair.AssertFailed(PeerError.FileNotFound, await FetchAsync(offer, Options() with { MaxSources = 1 }));
        NodePair.AssertFailed(PeerError.FileNotFound, await FetchAsync(offer with { Hash = null }));
        Assert.DoesNotContain(_steps, step => step.Contains("asking who else has it", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task What_is_there_already_is_not_fetched_again_from_somebody_else(bool isForced, bool isNamedAnew)
    {
        RemoteFile offer = await OfferAsync();
        _client.Write("in/a.bin", s_content);
        await SpoilAsync("gone");

        TransferInfo result = await FetchAsync(offer, Options() with { Force = isForced, NewName = isNamedAnew });

        Assert.Equal((TransferStatus.Unchanged, 0L), (result.Status, result.BytesTransferred));
        NodePair.AssertHolds(_client["in"], "a.bin");
    }

    [Fact]
    public async Task Another_content_under_the_name_is_kept_when_somebody_else_has_the_file()
    {
        RemoteFile offer = await OfferAsync();
        _client.Write("in/a.bin", s_another);
        await SpoilAsync("gone");

        NodePair.AssertFailed(PeerError.DestinationExists, await FetchAsync(offer));

        Assert.Equal(s_another, File.ReadAllBytes(_client["in", "a.bin"]));
    }

    [Fact]
    public async Task Nobody_is_told_of_a_file_that_a_ticket_or_a_code_has_shown()
    {
        RemoteFile offer = await OfferAsync();
        await SpoilAsync("gone");

        Assert.NotNull((await FetchAsync(offer with { Ticket = "no ticket" })).Error);
        Assert.NotNull((await FetchAsync(offer with { Addresses = ["127.0.0.1:9"] })).Error);

        Assert.DoesNotContain(_steps, step => step.Contains("asking who else has it", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Many_files_of_a_holder_that_is_gone_come_from_the_other()
    {
        byte[][] contents = [.. Enumerable.Range(0, 50).Select(_ => RandomNumberGenerator.GetBytes(100))];
        for (int i = 0; i < contents.Length; i++)
        {
            _holder.Write($"one/many/{i}", contents[i]);
            _other.Write($"two/of/them/{i}", contents[i]);
        }

        RemoteFile offer = await OfferAsync();
        RemoteFile[] files = [.. contents.Select((content, i) => offer with
        {
            Name = $"{i}", SharePath = $"one/many/{i}", Length = content.Length, Hash = Blake3Hasher.Hash(content),
        })];
        await SpoilAsync("gone");

        List<TransferInfo> results = await _client.FetchAsync(Options(), files);

        Assert.All(results, NodePair.AssertCompleted);
        Assert.Equal(contents, Enumerable.Range(0, contents.Length).Select(i => File.ReadAllBytes(_client["in", "many", $"{i}"])));
    }

    private FetchOptions Options() => new() { Destination = _client.Folder("in"), OnStep = _steps.Enqueue };

    private async Task<TransferInfo> FetchAsync(RemoteFile offer, FetchOptions? options = null) =>
        Assert.Single(await _client.FetchAsync(options ?? Options(), offer));

    private async Task<RemoteFile> OfferAsync() =>
        Assert.Single(await _client.FindAsync(new FindOptions { Names = ["a.bin"] })) with { Hash = Blake3Hasher.Hash(s_content) };

    private async Task SpoilAsync(string state)
    {
        string path = _holder["one", "a.bin"];
        DateTime modified = File.GetLastWriteTimeUtc(path);
        switch (state)
        {
            case "gone":
                await _holder.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
                break;
            case "deleted":
                File.Delete(path);
                break;
            default:
                File.WriteAllBytes(path, s_another);
                File.SetLastWriteTimeUtc(path, state == "damaged" ? modified : DateTime.UnixEpoch);
                break;
        }
    }

    private async Task ServeAsync(TestNode node, string share, string name)
    {
        node.Write($"{share}/{name}", s_content);
        await node.StartAsync(new ServerOptions { Paths = [node[share]] });
        await node.BefriendAsync(_client);
    }

    private static NodeId Id(TestNode node) => node.Node.GetIdentity().NodeId;
}
