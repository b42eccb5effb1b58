using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>
/// An honest client with an honest friend. After each attack it shows that nothing around the destination changed,
/// that nothing half lies under a final name, and that it still works.
/// </summary>
public sealed class FetchVictim : IAsyncLifetime
{
    private readonly byte[] _content = "as it was"u8.ToArray();
    private readonly TestNode _friend = new();
    private int _attacks;

    internal TestNode Client { get; } = new();

    public async Task InitializeAsync()
    {
        _friend.Write("docs/honest.txt", _content);
        await _friend.StartAsync(_friend["docs"]);
        await _friend.BefriendAsync(Client);
        Client.Write("world/.ssh/authorized_keys", _content);
        Client.Write("world/passwd", _content);
    }

    public async Task DisposeAsync()
    {
        await Client.DisposeAsync();
        await _friend.DisposeAsync();
    }

    /// <summary>A destination of its own, with files beside it that an escape would hit.</summary>
    internal string NewDestination()
    {
        string place = $"world/{++_attacks}";
        foreach (string beside in (string[])["passwd", "a.txt", "in.txt", ".ssh/authorized_keys"])
        {
            Client.Write($"{place}/{beside}", _content);
        }

        return Client.Folder($"{place}/in");
    }

    internal async Task<List<TransferInfo>> AttackAsync(string destination, Func<HostilePeer, Task> script, params (string Path, long Length)[] files)
    {
        await using HostileServer server = new(script);
        await server.TrustByAsync(Client, name: $"evil{_attacks}");
        return await Client.FetchAsync(
            new FetchOptions { Destination = destination }, files.Select(file => server.Offer(file.Path, file.Length)));
    }

    /// <summary>Nothing outside of the destination has changed, and in it there are only these files.</summary>
    internal async Task AssertUnharmedAsync(string destination, params string[] arrived)
    {
        string[] inside = [.. Directory.EnumerateFiles(destination, "*", Hidden()).Select(path => Path.GetRelativePath(destination, path)).Order(StringComparer.Ordinal)];
        Assert.Equal(arrived, inside);
        foreach (string file in Directory.EnumerateFiles(Client["world"], "*", Hidden()).Where(path => !path.Contains("/in/", StringComparison.Ordinal)))
        {
            Assert.Contains(Path.GetFileName(file), (string[])["passwd", "a.txt", "in.txt", "authorized_keys"]);
            Assert.Equal(_content, File.ReadAllBytes(file));
        }

        string kept = Client.Folder($"kept/{_attacks}");
        FindOptions fromFriend = new() { Peers = [Client.Node.ResolvePeer("server")] };
        List<RemoteFile> found = await Client.FindAsync(fromFriend);
        List<TransferInfo> results = await Client.FetchAsync(new FetchOptions { Destination = kept }, found);
        Assert.Equal(TransferStatus.Completed, Assert.Single(results).Status);
        Assert.Equal(_content, File.ReadAllBytes(Path.Combine(kept, "honest.txt")));
    }

    private static EnumerationOptions Hidden() => new() { RecurseSubdirectories = true, AttributesToSkip = 0 };
}
