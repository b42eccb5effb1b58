using System.Security.Cryptography;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

public sealed class FetchTests : IAsyncLifetime
{
    private readonly TestNode _server = new();
    private readonly TestNode _client = new();

    public async Task InitializeAsync()
    {
        _server.Write("docs/empty.txt", []);
        _server.Write("docs/한국어 파일.txt", "안녕"u8.ToArray());
        _server.Write("docs/-dash [a] 🙂.txt", "x"u8.ToArray());
        _server.Write("docs/deep/er/large.bin", RandomNumberGenerator.GetBytes(3_000_001));
        await _server.StartAsync(_server["docs"]);
        await _server.BefriendAsync(_client);
    }

    public async Task DisposeAsync()
    {
        await _client.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_fetched_tree_equals_its_source()
    {
        List<RemoteFile> found = await _client.FindAsync();
        Assert.Equal(4, found.Count);

        List<TransferInfo> results = await FetchAsync(found);

        Assert.All(results, r => Assert.Equal((TransferStatus.Completed, null), (r.Status, r.Error)));
        foreach (RemoteFile file in found)
        {
            string[] below = file.SharePath.Split('/')[1..];
            FileInfo source = new(_server[["docs", .. below]]);
            FileInfo copy = new(_client[["in", .. below]]);
            Assert.Equal(File.ReadAllBytes(source.FullName), File.ReadAllBytes(copy.FullName));
            Assert.Equal(source.LastWriteTimeUtc, copy.LastWriteTimeUtc);
            Assert.Equal(Blake3Hasher.Hash(File.ReadAllBytes(copy.FullName)), results.Single(r => r.LocalPath == copy.FullName).Hash);
        }
    }

    [Fact]
    public async Task A_second_fetch_copies_nothing()
    {
        List<RemoteFile> found = await _client.FindAsync();
        await FetchAsync(found);

        List<TransferInfo> again = await FetchAsync(found);

        Assert.Equal(4, again.Count);
        Assert.All(again, r => Assert.Equal((TransferStatus.Unchanged, 0L), (r.Status, r.BytesTransferred)));
    }

    private Task<List<TransferInfo>> FetchAsync(List<RemoteFile> files) =>
        _client.FetchAsync(new FetchOptions { Destination = _client["in"] }, files);
}
