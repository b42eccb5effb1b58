using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>A peer has one folder of the inbox, whatever it is called meanwhile, and never another's.</summary>
public sealed class InboxFolderTests : IAsyncLifetime
{
    private NodePair _pair = null!;

    public async Task InitializeAsync() => _pair = await NodePair.StartWithInboxAsync();

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task A_peer_that_gets_another_name_goes_on_in_its_folder()
    {
        await SendAsync("a.txt");
        string folder = _pair.InboxFolder;
        await RenameAsync("somebody-else");

        await SendAsync("b.txt");

        Assert.Equal(folder, _pair.InboxFolder);
        NodePair.AssertHolds(folder, "a.txt", "b.txt");
    }

    [Fact]
    public async Task A_folder_that_another_peers_id_could_mean_as_well_is_left_alone()
    {
        await SendAsync("a.txt");
        await RenameAsync("somebody-else");
        byte[] alike = _pair.ClientId.ToArray();
        alike[^1] ^= 1;
        await _pair.Server.Node.AddPeerAsync(new AddPeerOptions { NodeId = NodeId.FromBytes(alike), Name = "alike" }, TestNode.Patience);

        await SendAsync("b.txt");

        NodePair.AssertHolds(_pair.Server["inbox", $"somebody-else-{_pair.ClientId.ShortId}"], "b.txt");
    }

    private async Task SendAsync(string name) => NodePair.AssertCompleted(Assert.Single(
        await _pair.PushAsync(PeerNode.ExpandLocal(_pair.Client.Write($"out/{name}", [1]), recurse: false))));

    private Task<PeerInfo> RenameAsync(string name) =>
        _pair.Server.Node.SetPeerAsync(_pair.ClientId, new PeerChange { Name = name }, TestNode.Patience);
}
