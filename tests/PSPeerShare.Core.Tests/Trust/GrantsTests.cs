using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

public sealed class GrantsTests : IDisposable
{
    private const PeerRights Default = PeerRights.Browse | PeerRights.Read;

    private static readonly ShareRule Iso = new("iso", OnlyPeers: null);
    private static readonly ShareRule Other = new("other", OnlyPeers: null);
    private static readonly ShareRule Private = new("private", OnlyPeers: [TrustFixture.Node(2)]);

    private readonly TrustFixture home = new();

    private static NodeId One { get; } = TrustFixture.Node(1);

    private static NodeId Two { get; } = TrustFixture.Node(2);

    public void Dispose() => home.Dispose();

    [Fact]
    public void A_stranger_may_nothing()
    {
        foreach (PeerRights right in new[] { PeerRights.None, PeerRights.Browse, PeerRights.Read, PeerRights.Write })
        {
            Assert.False(home.Grants.May(One, Iso, right));
            Assert.False(home.Grants.May(default, Iso, right));
        }

        Assert.False(home.Grants.IsTrusted(One));
        Assert.False(home.Grants.IsTrusted(default));
        Assert.False(home.Grants.MayPush(One));
    }

    [Fact]
    public void The_own_node_sees_and_reads_everything_and_pushes_nothing()
    {
        Assert.True(home.Grants.IsTrusted(TrustFixture.Self));
        Assert.True(home.Grants.May(TrustFixture.Self, Private, Default));
        Assert.False(home.Grants.May(TrustFixture.Self, Private, PeerRights.Write));
        Assert.False(home.Grants.MayPush(TrustFixture.Self));
    }

    [Theory]
    [InlineData(PeerRights.Browse, PeerRights.Browse, true)]
    [InlineData(PeerRights.Browse, PeerRights.Read, false)]
    [InlineData(PeerRights.Read, PeerRights.Browse, false)]
    [InlineData(PeerRights.Read, PeerRights.Browse | PeerRights.Read, false)]
    [InlineData(PeerRights.Browse | PeerRights.Read, PeerRights.Browse | PeerRights.Read, true)]
    [InlineData(PeerRights.Browse | PeerRights.Read, PeerRights.Write, false)]
    [InlineData(PeerRights.Browse | PeerRights.Read | PeerRights.Write, PeerRights.None, false)]
    public void A_peer_may_what_it_was_granted_and_no_right_follows_from_another(
        PeerRights granted, PeerRights asked, bool isAllowed)
    {
        home.Peers.Add(One, "nas", [], granted);

        Assert.Equal(isAllowed, home.Grants.May(One, Iso, asked));
        Assert.Equal(granted.HasFlag(PeerRights.Write), home.Grants.MayPush(One));
    }

    [Fact]
    public void A_share_for_named_peers_is_closed_to_others()
    {
        home.Peers.Add(One, "one", [], Default);
        home.Peers.Add(Two, "two", [], Default);

        Assert.False(home.Grants.May(One, Private, PeerRights.Browse));
        Assert.True(home.Grants.May(Two, Private, Default));
        Assert.False(home.Grants.May(Two, new ShareRule("empty", []), PeerRights.Browse));
    }

    [Fact]
    public void Being_named_by_a_share_is_not_enough_without_trust() =>
        Assert.False(home.Grants.May(Two, Private, PeerRights.Browse));

    [Fact]
    public void A_grant_for_one_share_opens_no_other()
    {
        home.Peers.Admit(One, "one", [], Default | PeerRights.Write, share: "private");

        Assert.True(home.Grants.May(One, Private, Default));
        Assert.False(home.Grants.May(One, Private, PeerRights.Write));
        Assert.False(home.Grants.May(One, Iso, PeerRights.Browse));
        Assert.True(home.Grants.MayPush(One));
        Assert.Equal(new ShareGrant("private", null, Default), Assert.Single(home.Peers.Find(One)!.Grants));
    }

    [Theory]
    [InlineData("iso/debian", true)]
    [InlineData("iso/debian/13/a.iso", true)]
    [InlineData("iso", false)]
    [InlineData("iso/debian-secret", false)]
    [InlineData("iso/Debian/13", false)]
    [InlineData("other/debian", false)]
    public void A_grant_for_a_place_holds_there_and_below(string asked, bool isAllowed)
    {
        home.Peers.Admit(One, "one", [], Default, "iso", "debian");
        Assert.True(WirePath.TryParse(asked, out WirePath? path, out _));

        Assert.Equal(isAllowed, home.Grants.May(One, Iso, path, PeerRights.Read));
        Assert.False(home.Grants.May(One, Iso, PeerRights.Read));
        Assert.False(home.Grants.May(One, Other, path, PeerRights.Read));
    }

    [Fact]
    public void A_limit_that_cannot_be_read_is_not_taken_for_no_limit()
    {
        home.Peers.Add(One, "one", [], PeerRights.None);
        home.Store.Grants.Add(new GrantRow(One.ToArray(), "iso", "../x", (int)Default));

        Assert.False(home.Grants.May(One, Iso, PeerRights.Browse));
    }

    [Fact]
    public void Setting_a_peers_rights_takes_single_grants_away()
    {
        home.Peers.Admit(One, "one", [], Default, "iso");

        home.Peers.Update(One, new PeerChange { Allow = PeerRights.Browse });

        Assert.Equal(PeerRights.Browse, home.Grants.RightsOf(One, Iso));
        Assert.Empty(home.Peers.Find(One)!.Grants);
    }

    [Fact]
    public void What_is_revoked_is_denied_at_the_next_use()
    {
        home.Peers.Add(One, "nas", [], Default);
        Assert.True(home.Grants.May(One, Iso, PeerRights.Read));

        home.Peers.Update(One, new PeerChange { Allow = PeerRights.Browse });
        Assert.False(home.Grants.May(One, Iso, PeerRights.Read));
        Assert.True(home.Grants.May(One, Iso, PeerRights.Browse));

        home.Peers.Remove(One);
        Assert.False(home.Grants.May(One, Iso, PeerRights.Browse));
        Assert.False(home.Grants.IsTrusted(One));
    }

    [Fact]
    public void Grants_of_a_removed_peer_do_not_come_back_with_it()
    {
        home.Peers.Admit(One, "nas", [], Default, "iso");
        home.Peers.Remove(One);
        home.Peers.Add(One, "nas", [], PeerRights.None);

        Assert.False(home.Grants.May(One, Iso, PeerRights.Browse));
    }

    [Fact]
    public async Task What_another_process_changes_counts_at_the_next_use()
    {
        home.Peers.Add(One, "nas", [], Default);
        Assert.True(home.Grants.May(One, Iso, PeerRights.Read));
        Assert.False(home.Grants.IsTrusted(Two));

        using OtherProcess other = OtherProcess.Start(RemoveOneAndAddTwo, home.Home);
        await other.FinishAsync();

        Assert.False(home.Grants.May(One, Iso, PeerRights.Read));
        Assert.True(home.Grants.May(Two, Iso, PeerRights.Read));
    }

    [Fact]
    public void When_the_store_cannot_be_asked_nothing_is_allowed()
    {
        home.Peers.Add(One, "nas", [], Default);
        Assert.True(home.Grants.May(One, Iso, PeerRights.Read));

        home.Store.Dispose();

        Assert.Throws<ObjectDisposedException>(() => home.Grants.May(One, Iso, PeerRights.Read));
    }

    private static void RemoveOneAndAddTwo(string[] arguments)
    {
        using NodeStore store = NodeStore.Open(arguments[0]);
        var peers = new PeerBook(store, TrustFixture.Self);
        peers.Remove(One);
        peers.Add(Two, "two", [], Default);
    }
}
