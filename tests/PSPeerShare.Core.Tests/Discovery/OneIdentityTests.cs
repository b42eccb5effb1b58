using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Discovery;

/// <summary>A home that was copied: two nodes prove one id, and are one peer to everybody else.</summary>
public sealed class OneIdentityTests
{
    [Fact]
    public async Task Of_two_nodes_with_one_identity_whichever_is_there_answers()
    {
        await using TestNode first = new(pace: QuickPace.Value);
        await using TestNode client = new(pace: QuickPace.Value);
        first.Write("docs/first.txt", "1"u8.ToArray());
        ServerInfo one = await first.StartAsync(first.Folder("docs"));
        await first.BefriendAsync(client);
        await client.StartAsync(new ServerOptions { Name = "client" });
        await using TestNode second = Copy(first);
        second.Write("docs/second.txt", "2"u8.ToArray());
        ServerInfo two = await second.StartAsync(second.Folder("docs"));
        Assert.Equal(one.NodeId, two.NodeId);
        await second.Node.AddPeerAsync(
            new AddPeerOptions { NodeId = client.Node.GetIdentity().NodeId, Name = "client" }, TestNode.Patience);
        await client.Node.SetPeerAsync(one.NodeId, new PeerChange { Addresses = [$"127.0.0.1:{one.Port}", $"127.0.0.1:{two.Port}"] }, TestNode.Patience);

        // Both may be asked, by whichever session comes first; each of them is the peer.
        Assert.Single(await client.FindAsync());
        await first.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);

        await client.StoredAsync("docs/second.txt");
        RemoteFile found = Assert.Single(await client.FindAsync(new FindOptions { Timeout = TimeSpan.FromSeconds(30) }));
        Assert.Equal(("docs/second.txt", one.NodeId), (found.SharePath, found.NodeId));
    }

    private static TestNode Copy(TestNode original) => new(pace: QuickPace.Value, prepare: home =>
    {
        string identity = Path.Combine(home, "identity");
        OwnerOnly.EnsureFolder(identity, PeerError.HomeUnusable);
        foreach (string file in Directory.GetFiles(Path.Combine(original.Home, "identity"), "*.pem"))
        {
            File.Copy(file, Path.Combine(identity, Path.GetFileName(file)));
        }
    });
}
