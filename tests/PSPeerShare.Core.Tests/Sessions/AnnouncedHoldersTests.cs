using System.Collections.Concurrent;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>Where one holder of a content is enough, what peers have announced says whom to ask, and never who has it.</summary>
public sealed class AnnouncedHoldersTests : IAsyncLifetime
{
    private static readonly ContentHash s_wanted = Blake3Hasher.Hash("wanted"u8);

    private readonly TestNode _holder = new(pace: QuickPace.Value);
    private readonly TestNode _other = new(pace: QuickPace.Value);
    private readonly TestNode _asking = new(pace: QuickPace.Value);
    private readonly ConcurrentQueue<string> _steps = [];

    public async Task InitializeAsync()
    {
        _holder.Write("docs/a.txt", "wanted"u8.ToArray());
        _other.Write("docs/b.txt", "else"u8.ToArray());
        await _holder.StartAsync(_holder.Folder("docs"));
        await _other.StartAsync(_other.Folder("docs"));
        await BefriendAsync(_holder, "holder");
        await BefriendAsync(_other, "other");
        await _asking.StartAsync(new ServerOptions { Name = "asking" });
        await _asking.StoredAsync(files => files.Count == 2 && files.All(file => file.Hash is not null));

        // From now on what is stored is what it is.
        await _asking.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
    }

    public async Task DisposeAsync()
    {
        await _asking.DisposeAsync();
        await _other.DisposeAsync();
        await _holder.DisposeAsync();
    }

    [Fact]
    public async Task Who_has_announced_it_is_asked_and_nobody_else_when_that_was_true()
    {
        RemoteFile found = await FindOneAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(("holder", "docs/a.txt", true, s_wanted), (found.Peer, found.SharePath, found.IsOnline, found.Hash));
        Assert.Contains("Asking holder.", _steps);
        Assert.DoesNotContain("Asking other.", _steps);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Others_are_asked_when_who_has_announced_it_has_it_no_more_or_is_away(bool isAway)
    {
        _other.Write("docs/now/c.txt", "wanted"u8.ToArray());
        File.Delete(_holder["docs", "a.txt"]);
        if (isAway)
        {
            await _holder.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        }

        RemoteFile found = await FindOneAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(("other", "docs/now/c.txt", true), (found.Peer, found.SharePath, found.IsOnline));
    }

    [Fact]
    public async Task One_that_is_slow_to_answer_does_not_keep_others_from_being_asked()
    {
        _other.Write("docs/now/c.txt", "wanted"u8.ToArray());
        using HostileListener silent = new();
        await _holder.Node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);
        PeerTarget slow = new("holder", _holder.Node.GetIdentity().NodeId, [$"127.0.0.1:{silent.Port}"]);

        RemoteFile found = await FindOneAsync(TimeSpan.Zero, slow, _asking.Node.ResolvePeer("other"));

        Assert.Equal("other", found.Peer);
    }

    [Fact]
    public async Task Where_all_holders_are_wanted_everyone_is_asked()
    {
        _other.Write("docs/now/c.txt", "wanted"u8.ToArray());

        List<RemoteFile> found = await _asking.FindAsync(new FindOptions { Hash = s_wanted });

        Assert.Equal(["holder", "other"], found.Select(file => file.Peer).Order(StringComparer.Ordinal));
    }

    private async Task<RemoteFile> FindOneAsync(TimeSpan alone, params PeerTarget[] peers)
    {
        FindOptions options = new() { Hash = s_wanted, IsOneEnough = true, HintPatience = alone, Peers = peers, OnStep = _steps.Enqueue };
        await foreach (SearchResult result in _asking.Node.FindFilesAsync(options, TestNode.Patience))
        {
            if (result.File is { } file)
            {
                return file;
            }
        }

        throw new InvalidOperationException("nobody has it");
    }

    private async Task BefriendAsync(TestNode node, string name)
    {
        TicketInfo ticket = await node.Node.NewTicketAsync(new TicketOptions(), TestNode.Patience);
        await _asking.Node.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket, Name = name }, TestNode.Patience);
    }
}
