using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

public sealed class PeerBookTests : IDisposable
{
    private const PeerRights Default = PeerRights.Browse | PeerRights.Read;

    private readonly TrustFixture home = new();

    private static NodeId One { get; } = TrustFixture.Node(1);

    private static NodeId Two { get; } = TrustFixture.Node(2);

    public void Dispose() => home.Dispose();

    [Fact]
    public void A_peer_is_found_by_its_name_in_any_case_and_by_its_full_id()
    {
        BookedPeer added = home.Peers.Add(One, "Büro-PC", ["HOST01.lan", "10.0.0.5:4711", "[fe80::1]"], Default, 1000);

        Assert.False(added.IsRenamed);
        Assert.Equal(["host01.lan:22021", "10.0.0.5:4711", "[fe80::1]:22021"], added.Peer.Addresses);
        Assert.Equal((Default, 1000, home.Now, null), (added.Peer.Allow, added.Peer.RateLimit, added.Peer.Added, added.Peer.LastSeen));
        Assert.Equal(One, home.Peers.Find("büro-pc")?.NodeId);
        Assert.Equal(One, home.Peers.Find("BÜRO-PC")?.NodeId);
        Assert.Equal("Büro-PC", home.Peers.Find(One.ToString().ToLowerInvariant())?.Name);
        Assert.Null(home.Peers.Find(One.ShortId));
        Assert.Null(home.Peers.Find("Büro*"));
        Assert.Null(home.Peers.Find("broken " + (char)0xD800));
        Assert.Equal(One, Assert.Single(home.Peers.List()).NodeId);
    }

    [Fact]
    public void A_name_that_is_taken_gets_a_suffix()
    {
        home.Peers.Add(One, "nas", [], Default);

        Assert.Equal(("NAS-2", true), NameOf(home.Peers.Add(Two, "NAS", [], Default)));
        Assert.Equal(("nas-3", true), NameOf(home.Peers.Add(TrustFixture.Node(3), "nas", [], Default)));
        Assert.Equal(("nas", false), NameOf(home.Peers.Update(One, new PeerChange { Name = "nas" })));
        Assert.Equal(("NAS-2-2", true), NameOf(home.Peers.Update(One, new PeerChange { Name = "NAS-2" })));
        Assert.Equal(("nas", false), NameOf(home.Peers.Add(TrustFixture.Node(4), "nas", [], Default)));
    }

    [Fact]
    public void A_suffix_fits_into_a_name_of_full_length()
    {
        string longest = new('n', PeerName.MaximumLength);
        home.Peers.Add(One, longest, [], Default);

        BookedPeer second = home.Peers.Add(Two, longest, [], Default);

        Assert.Equal(longest[..^2] + "-2", second.Peer.Name);
    }

    [Fact]
    public void A_known_id_and_the_own_id_are_refused()
    {
        home.Peers.Add(One, "nas", [], Default);

        Refused(PeerError.PeerExists, () => home.Peers.Add(One, "other", [], Default));
        Refused(PeerError.PeerIsSelf, () => home.Peers.Add(TrustFixture.Self, "me", [], Default));
        Refused(PeerError.PeerIsSelf, () => home.Peers.Admit(TrustFixture.Self, "me", [], Default));
        Refused(PeerError.NodeIdInvalid, () => home.Peers.Add(default, "nobody", [], Default));
        Refused(PeerError.PeerNotFound, () => home.Peers.Update(Two, new PeerChange()));
        Assert.Single(home.Peers.List());
    }

    [Theory]
    [InlineData("")]
    [InlineData(" nas")]
    [InlineData("nas ")]
    [InlineData("nas.")]
    [InlineData("..")]
    [InlineData("na*s")]
    [InlineData("na?s")]
    [InlineData("[nas]")]
    [InlineData("nas:22021")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("nas\u001b[0m")]
    [InlineData("nas\u202e")]
    [InlineData("1234567890123456789012345678901234567890123456789012345678901234")]
    [InlineData("P56IOI7-MZJNU2Y-IQGDREY-DM2MGTI-MGL3BXN-PQ6W5BM-TBBZ4TJ-XZWICQ2")]
    public void A_name_that_could_be_taken_for_something_else_is_refused(string name)
    {
        Refused(PeerError.PeerNameInvalid, () => home.Peers.Add(One, name, [], Default));
        Assert.True(PeerName.IsValid(PeerName.Suggest(name, One)));
    }

    [Theory]
    [InlineData("nas:01/\u001b[2J", "nas-01-2J")]
    [InlineData("  HOST01. ", "HOST01")]
    [InlineData("내 컴퓨터", "내-컴퓨터")]
    [InlineData("nas.local", "nas-local")]
    [InlineData("10.1.2.3", "10-1-2-3")]
    [InlineData("Localhost", null)]
    [InlineData("-Force", "Force")]
    [InlineData("x';$(calc)|`n&{}#@", "x-calc-n")]
    [InlineData("x\u2018;1;\u2019\u201A\u201B\u201C", "x-1")]
    [InlineData("...", null)]
    [InlineData(null, null)]
    public void What_a_node_calls_itself_becomes_a_plain_word_that_is_no_host(string? ownName, string? expected) =>
        Assert.Equal(expected ?? $"peer-{One.ShortId}", home.Peers.Admit(One, ownName, [], Default).Peer.Name);

    [Theory]
    [InlineData("")]
    [InlineData("host:")]
    [InlineData("host:0")]
    [InlineData("host:65536")]
    [InlineData("host:22 021")]
    [InlineData("ho st")]
    [InlineData("[10.0.0.1]:1")]
    [InlineData("[fe80::1")]
    [InlineData("[fe80::1]x")]
    [InlineData("http://host")]
    [InlineData("ho\nst")]
    public void What_is_no_address_is_refused(string address) =>
        Refused(PeerError.AddressInvalid, () => home.Peers.Add(One, "nas", [address], Default));

    [Fact]
    public void The_address_that_worked_last_comes_first()
    {
        home.Peers.Add(One, "nas", ["a", "b", "c"], Default);

        home.Now += TimeSpan.FromMinutes(1);
        home.Peers.NoteSeen(One, "b:22021");
        home.Now += TimeSpan.FromMinutes(1);
        home.Peers.NoteSeen(One, "c");
        home.Peers.NoteSeen(One);

        PeerInfo peer = home.Peers.Find(One)!;
        Assert.Equal(["c:22021", "b:22021", "a:22021"], peer.Addresses);
        Assert.Equal(home.Now, peer.LastSeen);
    }

    [Fact]
    public void A_change_leaves_alone_what_it_does_not_name()
    {
        home.Peers.Add(One, "nas", ["a"], Default, 500);

        PeerInfo peer = home.Peers.Update(One, new PeerChange { Allow = PeerRights.Browse }).Peer;
        Assert.Equal(("nas", PeerRights.Browse, 500), (peer.Name, peer.Allow, peer.RateLimit));
        Assert.Equal(["a:22021"], peer.Addresses);

        peer = home.Peers.Update(One, new PeerChange { RateLimit = 0, Addresses = ["b:1"] }).Peer;
        Assert.Equal((PeerRights.Browse, null), (peer.Allow, peer.RateLimit));
        Assert.Equal(["b:1"], peer.Addresses);
    }

    [Fact]
    public void Every_change_is_told_and_a_sighting_is_not()
    {
        int told = 0;
        home.Peers.Changed += () => told++;

        home.Peers.Add(One, "nas", [], Default);
        home.Peers.Update(One, new PeerChange { Name = "nas2" });
        home.Peers.NoteSeen(One, "a");
        home.Peers.Remove(One);
        home.Peers.RaiseChanged();

        Assert.Equal(4, told);
        Assert.False(home.Peers.Remove(One));
    }

    [Fact]
    public void Admitting_a_known_peer_adds_to_what_it_has()
    {
        home.Peers.Add(One, "nas", ["a"], PeerRights.Browse);

        BookedPeer admitted = home.Peers.Admit(One, "other name", ["b", "not an address", "a"], PeerRights.Write);

        Assert.Equal("nas", admitted.Peer.Name);
        Assert.Equal(PeerRights.Browse | PeerRights.Write, admitted.Peer.Allow);
        Assert.Equal(["a:22021", "b:22021"], admitted.Peer.Addresses);
    }

    [Fact]
    public void Names_stay_unique_when_many_are_added_at_once()
    {
        Parallel.For(1, 30, n => home.Peers.Add(TrustFixture.Node(n), "nas", [], Default));

        Assert.Equal(29, home.Peers.List().Select(peer => peer.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count());
    }

    private static (string Name, bool IsRenamed) NameOf(BookedPeer booked) => (booked.Peer.Name, booked.IsRenamed);

    private static void Refused(PeerError error, Action action) =>
        Assert.Equal(error, Assert.Throws<PeerShareException>(action).Error);
}
