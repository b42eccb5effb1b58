using System.Text;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

public sealed class TicketBookTests : IDisposable
{
    private readonly TrustFixture home = new();

    private static NodeId One { get; } = TrustFixture.Node(1);

    private static NodeId Two { get; } = TrustFixture.Node(2);

    public void Dispose() => home.Dispose();

    [Fact]
    public void A_ticket_says_what_was_asked_for_and_its_text_is_known_only_once()
    {
        TicketInfo ticket = home.Tickets.Create(new TicketOptions
        {
            Allow = PeerRights.Read,
            Uses = 3,
            ExpiresIn = TimeSpan.FromHours(1),
            Share = "iso",
            Path = "debian/13",
            Bytes = 1000,
            NodeId = One,
            Addresses = ["NAS01.lan", "10.0.0.1:4711"],
        });

        TicketText text = TicketText.Parse(ticket.Ticket, home.Now);
        Assert.Equal(ticket.Id, text.Id);
        Assert.Equal((TrustFixture.Self, PeerRights.Read, 3, "iso", "debian/13"), (text.Issuer, text.Allow, text.Uses, text.Share, text.Path));
        Assert.Equal(home.Now.AddHours(1), text.Expires);
        Assert.Equal(["nas01.lan:22021", "10.0.0.1:4711"], text.Addresses);

        TicketInfo listed = Assert.Single(home.Tickets.List());
        Assert.Equal(ticket with { Ticket = string.Empty }, listed);
        Assert.Equal((1000, One, 3, TicketState.Open), (listed.Bytes, listed.NodeId, listed.UsesLeft, listed.State));
        Assert.Equal(listed, home.Tickets.Find(ticket.Id));
        Assert.DoesNotContain("pspeer-secret", ticket.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("iso", "../x")]
    [InlineData("a/b", null)]
    [InlineData(null, "iso//x")]
    public void A_place_that_no_share_can_have_is_refused(string? share, string? path)
    {
        var failure = Assert.Throws<PeerShareException>(
            () => home.Tickets.Create(new TicketOptions { Share = share, Path = path }));

        Assert.Equal(PeerError.ShareNameInvalid, failure.Error);
        Assert.Empty(home.Tickets.List());
    }

    [Fact]
    public void A_share_path_alone_names_its_share()
    {
        TicketInfo ticket = home.Tickets.Create(new TicketOptions { Path = "iso/debian/13" });

        Assert.Equal(("iso", "debian/13"), (ticket.Share, ticket.Path));
    }

    [Fact]
    public void Two_tickets_share_nothing()
    {
        TicketText first = TicketText.Parse(home.Tickets.Create(new TicketOptions()).Ticket, home.Now);
        TicketText second = TicketText.Parse(home.Tickets.Create(new TicketOptions()).Ticket, home.Now);

        Assert.NotEqual(first.TicketId, second.TicketId);
        Assert.NotEqual(first.Secret, second.Secret);
    }

    [Fact]
    public void The_secret_is_nowhere_in_the_home()
    {
        byte[] secret = TicketText.Parse(home.Tickets.Create(new TicketOptions()).Ticket, home.Now).Secret;

        home.Store.Dispose();

        foreach (string file in Directory.GetFiles(home.Home, "*", SearchOption.AllDirectories))
        {
            byte[] bytes = File.ReadAllBytes(file);
            Assert.Equal(-1, bytes.AsSpan().IndexOf(secret));
            Assert.DoesNotContain(Convert.ToHexString(secret), Encoding.Latin1.GetString(bytes), StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public void A_right_proof_is_accepted_and_answered_with_the_issuers_own()
    {
        string ticket = home.Tickets.Create(new TicketOptions()).Ticket;
        ProofContext context = TrustFixture.Dial(One);

        TicketVerdict verdict = home.Redeem(ticket, context);

        Assert.True(verdict.IsAccepted && verdict.IsFirstUse);
        Assert.Equal((TicketState.Used, 0), (verdict.Ticket!.State, verdict.Ticket.UsesLeft));
        Assert.True(TicketText.Parse(ticket, home.Now).DeriveKey().Verify(ProofRole.Acceptor, context, verdict.Answer));
    }

    [Fact]
    public void One_use_is_one_node_however_often_it_proves_until_the_ticket_expires()
    {
        string ticket = home.Tickets.Create(new TicketOptions { ExpiresIn = TimeSpan.FromHours(1) }).Ticket;

        Assert.True(home.Redeem(ticket, TrustFixture.Dial(One)).IsFirstUse);
        for (int i = 0; i < 3; i++)
        {
            TicketVerdict again = home.Redeem(ticket, TrustFixture.Dial(One));
            Assert.True(again.IsAccepted && !again.IsFirstUse);
        }

        Assert.Equal(TicketOutcome.UsedUp, home.Redeem(ticket, TrustFixture.Dial(Two)).Outcome);
        Assert.NotNull(home.Tickets.TryOpen(TicketText.Parse(ticket, home.Now).TicketId));

        home.Now += TimeSpan.FromHours(1);
        Assert.Equal(TicketOutcome.Expired, home.Redeem(ticket, TrustFixture.Dial(One)).Outcome);
        Assert.Equal(TicketState.Expired, Assert.Single(home.Tickets.List()).State);
    }

    [Fact]
    public void A_ticket_for_several_uses_lets_in_as_many_nodes()
    {
        string ticket = home.Tickets.Create(new TicketOptions { Uses = 2 }).Ticket;

        Assert.Equal(1, home.Redeem(ticket, TrustFixture.Dial(One)).Ticket!.UsesLeft);
        Assert.Equal(0, home.Redeem(ticket, TrustFixture.Dial(Two)).Ticket!.UsesLeft);
        Assert.Equal(TicketOutcome.UsedUp, home.Redeem(ticket, TrustFixture.Dial(TrustFixture.Node(3))).Outcome);
    }

    [Fact]
    public void A_ticket_for_one_node_is_for_no_other()
    {
        string ticket = home.Tickets.Create(new TicketOptions { NodeId = One }).Ticket;

        Assert.Equal(TicketOutcome.OtherNode, home.Redeem(ticket, TrustFixture.Dial(Two)).Outcome);
        Assert.True(home.Redeem(ticket, TrustFixture.Dial(One)).IsAccepted);
    }

    [Fact]
    public void The_own_node_cannot_redeem()
    {
        string ticket = home.Tickets.Create(new TicketOptions()).Ticket;

        Assert.Equal(TicketOutcome.OtherNode, home.Redeem(ticket, TrustFixture.Dial(TrustFixture.Self)).Outcome);
    }

    [Fact]
    public void A_proof_from_another_connection_or_for_another_node_is_worth_nothing()
    {
        TicketText ticket = TicketText.Parse(home.Tickets.Create(new TicketOptions()).Ticket, home.Now);
        ProofContext seen = TrustFixture.Dial(One);
        byte[] proof = ticket.DeriveKey().Prove(ProofRole.Dialler, seen);
        ProofContext elsewhere = seen with { Acceptor = Two };

        Assert.Equal(TicketOutcome.WrongProof, home.Tickets.Redeem(ticket.TicketId, proof, TrustFixture.Dial(One)).Outcome);
        Assert.Equal(TicketOutcome.WrongProof, home.Tickets.Redeem(ticket.TicketId, proof, seen with { Dialler = Two }).Outcome);
        Assert.Equal(
            TicketOutcome.WrongProof,
            home.Tickets.Redeem(ticket.TicketId, ticket.DeriveKey().Prove(ProofRole.Dialler, elsewhere), elsewhere).Outcome);
        Assert.Equal(
            TicketOutcome.WrongProof,
            home.Tickets.Redeem(ticket.TicketId, ticket.DeriveKey().Prove(ProofRole.Acceptor, seen), seen).Outcome);
        Assert.Equal(TicketOutcome.WrongProof, home.Tickets.Redeem(ticket.TicketId, [], seen).Outcome);
        Assert.Equal(1, Assert.Single(home.Tickets.List()).UsesLeft);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(0)]
    [InlineData(4000)]
    public void An_unknown_ticket_is_refused(int idLength) => Assert.Equal(
        TicketOutcome.Unknown, home.Tickets.Redeem(new byte[idLength], new byte[32], TrustFixture.Dial(One)).Outcome);

    [Fact]
    public void A_revoked_ticket_ends_at_once_also_for_nodes_that_use_it_and_its_key_is_erased()
    {
        TicketInfo ticket = home.Tickets.Create(new TicketOptions { Uses = 5 });
        Assert.True(home.Redeem(ticket.Ticket, TrustFixture.Dial(One)).IsAccepted);

        Assert.True(home.Tickets.Revoke(ticket.Id));
        Assert.False(home.Tickets.Revoke(ticket.Id));

        Assert.Equal(TicketOutcome.Revoked, home.Redeem(ticket.Ticket, TrustFixture.Dial(One)).Outcome);
        Assert.Equal(TicketOutcome.Revoked, home.Redeem(ticket.Ticket, TrustFixture.Dial(Two)).Outcome);
        Assert.Equal(TicketState.Revoked, home.Tickets.Find(ticket.Id)!.State);
        Assert.Null(home.Tickets.TryOpen(Convert.FromHexString(ticket.Id)));
        Assert.Empty(home.Store.Tickets.Find(Convert.FromHexString(ticket.Id))!.ProofKey);
        Assert.False(home.Tickets.Revoke("nonsense"));
    }

    [Fact]
    public void Of_a_hundred_that_race_for_one_use_one_wins()
    {
        string ticket = home.Tickets.Create(new TicketOptions()).Ticket;
        using NodeStore secondStore = NodeStore.Open(home.Home);
        var secondBook = new TicketBook(secondStore, TrustFixture.Self, home);
        TicketText text = TicketText.Parse(ticket, home.Now);
        TicketKey key = text.DeriveKey();
        var winners = new System.Collections.Concurrent.ConcurrentBag<NodeId>();

        Parallel.For(1, 101, n =>
        {
            ProofContext context = TrustFixture.Dial(TrustFixture.Node(n));
            TicketBook book = n % 2 == 0 ? home.Tickets : secondBook;
            if (book.Redeem(text.TicketId, key.Prove(ProofRole.Dialler, context), context).IsAccepted)
            {
                winners.Add(context.Dialler);
            }
        });

        NodeId winner = Assert.Single(winners);
        Assert.True(home.Redeem(ticket, TrustFixture.Dial(winner)).IsAccepted);
    }

    [Fact]
    public async Task Processes_that_race_for_one_use_have_one_winner()
    {
        string ticket = home.Tickets.Create(new TicketOptions { ExpiresIn = TimeSpan.FromDays(3000) }).Ticket;
        OtherProcess[] racers = [.. Enumerable.Range(1, 3).Select(n => OtherProcess.Start(RedeemByMany, home.Home, $"{n}"))];
        try
        {
            foreach (OtherProcess racer in racers)
            {
                Assert.Equal("ready", await racer.ReadLineAsync());
            }

            // Through standard input: a secret has no business on a command line.
            Array.ForEach(racers, racer => racer.WriteLine(ticket));
            string[] wins = await Task.WhenAll(racers.Select(racer => racer.FinishAsync()));

            Assert.Equal(1, wins.Sum(count => int.Parse(count, System.Globalization.CultureInfo.InvariantCulture)));
        }
        finally
        {
            Array.ForEach(racers, racer => racer.Dispose());
        }
    }

    [Fact]
    public void A_ticket_admits_its_node_with_what_it_grants()
    {
        string ticket = home.Tickets.Create(new TicketOptions { Allow = PeerRights.Browse | PeerRights.Write }).Ticket;

        BookedPeer peer = home.Peers.AdmitByTicket(home.Redeem(ticket, TrustFixture.Dial(One)), One, "laptop", ["10.0.0.9:1"]);

        Assert.Equal(("laptop", PeerRights.Browse | PeerRights.Write), (peer.Peer.Name, peer.Peer.Allow));
        Assert.Equal(["10.0.0.9:1"], peer.Peer.Addresses);
    }

    [Fact]
    public void A_refused_proof_admits_nobody()
    {
        TicketVerdict refused = home.Tickets.Redeem(new byte[16], new byte[32], TrustFixture.Dial(One));

        Assert.Equal(
            PeerError.TicketRefused,
            Assert.Throws<PeerShareException>(() => home.Peers.AdmitByTicket(refused, One, "laptop", [])).Error);
        Assert.Empty(home.Peers.List());
    }

    [Fact]
    public void A_later_proof_does_not_bring_back_rights_that_were_taken_away()
    {
        string ticket = home.Tickets.Create(new TicketOptions()).Ticket;
        home.Peers.AdmitByTicket(home.Redeem(ticket, TrustFixture.Dial(One)), One, "laptop", []);
        home.Peers.Update(One, new PeerChange { Allow = PeerRights.Browse });

        BookedPeer again = home.Peers.AdmitByTicket(home.Redeem(ticket, TrustFixture.Dial(One)), One, "laptop", []);

        Assert.Equal(PeerRights.Browse, again.Peer.Allow);
    }

    [Fact]
    public void A_removed_peer_does_not_come_back_by_the_ticket_it_has_used()
    {
        string ticket = home.Tickets.Create(new TicketOptions { Uses = 5 }).Ticket;
        home.Peers.AdmitByTicket(home.Redeem(ticket, TrustFixture.Dial(One)), One, "laptop", []);

        home.Peers.Remove(One);

        Assert.Equal(TicketOutcome.Revoked, home.Redeem(ticket, TrustFixture.Dial(One)).Outcome);
        Assert.True(home.Redeem(ticket, TrustFixture.Dial(Two)).IsAccepted);
    }

    // The verdict was given before the peer was removed, and is acted on after.
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void A_verdict_from_before_a_removal_admits_nobody(bool isFirstUse, bool isTicketRevoked)
    {
        TicketInfo ticket = home.Tickets.Create(new TicketOptions());
        TicketVerdict verdict = home.Redeem(ticket.Ticket, TrustFixture.Dial(One));
        if (!isFirstUse)
        {
            home.Peers.AdmitByTicket(verdict, One, "laptop", []);
            verdict = home.Redeem(ticket.Ticket, TrustFixture.Dial(One));
        }

        home.Peers.Remove(One);
        Assert.True(!isTicketRevoked || home.Tickets.Revoke(ticket.Id));

        Assert.Equal(
            PeerError.TicketRefused,
            Assert.Throws<PeerShareException>(() => home.Peers.AdmitByTicket(verdict, One, "laptop", [])).Error);
        Assert.False(home.Grants.IsTrusted(One));
    }

    [Fact]
    public void A_pass_from_before_a_removal_lets_nobody_in()
    {
        PassBook passes = new(home.Store, home);
        string ticket = home.Tickets.Create(new TicketOptions { Uses = 2 }).Ticket;
        passes.Issue(Two, home.Redeem(ticket, TrustFixture.Dial(Two)).Ticket!);
        TicketInfo proven = home.Redeem(ticket, TrustFixture.Dial(One)).Ticket!;
        home.Peers.Add(One, "laptop", [], PeerRights.Read);
        home.Peers.Remove(One);
        Assert.True(passes.Knows(Two));

        passes.Issue(One, proven);

        Assert.False(passes.Knows(One));
    }

    [Fact]
    public void A_proof_of_a_peer_that_is_in_the_book_changes_nothing()
    {
        string ticket = home.Tickets.Create(new TicketOptions()).Ticket;
        home.Peers.AdmitByTicket(home.Redeem(ticket, TrustFixture.Dial(One)), One, "laptop", []);
        int changes = 0;
        home.Peers.Changed += () => changes++;

        Assert.True(home.Peers.AdmitByTicket(home.Redeem(ticket, TrustFixture.Dial(One)), One, "laptop", []).IsUnchanged);
        Assert.Equal(0, changes);
    }

    [Fact]
    public void A_crash_between_proof_and_admission_is_mended_by_the_next_proof()
    {
        string ticket = home.Tickets.Create(new TicketOptions()).Ticket;
        Assert.True(home.Redeem(ticket, TrustFixture.Dial(One)).IsFirstUse);

        home.Peers.AdmitByTicket(home.Redeem(ticket, TrustFixture.Dial(One)), One, "laptop", []);

        Assert.True(home.Grants.IsTrusted(One));
    }

    [Fact]
    public void Keys_of_expired_tickets_are_erased_and_old_tickets_forgotten()
    {
        TicketInfo old = home.Tickets.Create(new TicketOptions());

        home.Now += TimeSpan.FromDays(2);
        home.Tickets.Create(new TicketOptions());
        Assert.Empty(home.Store.Tickets.Find(Convert.FromHexString(old.Id))!.ProofKey);
        Assert.Equal(2, home.Tickets.List().Count);

        home.Now += TimeSpan.FromDays(30);
        home.Tickets.Create(new TicketOptions());
        Assert.Null(home.Tickets.Find(old.Id));
    }

    [Fact]
    public void Impossible_uses_and_times_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => home.Tickets.Create(new TicketOptions { Uses = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => home.Tickets.Create(new TicketOptions { Uses = 70_000 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => home.Tickets.Create(new TicketOptions { ExpiresIn = TimeSpan.Zero }));
        Assert.Throws<ArgumentOutOfRangeException>(() => home.Tickets.Create(new TicketOptions { ExpiresIn = TimeSpan.MaxValue }));
    }

    private static void RedeemByMany(string[] arguments)
    {
        int first = int.Parse(arguments[1], System.Globalization.CultureInfo.InvariantCulture) * 1000;
        using NodeStore store = NodeStore.Open(arguments[0]);
        var book = new TicketBook(store, TrustFixture.Self);
        Console.WriteLine("ready");
        TicketText text = TicketText.Parse(Console.ReadLine(), DateTimeOffset.MinValue);
        int accepted = 0;
        for (int n = first; n < first + 30; n++)
        {
            ProofContext context = TrustFixture.Dial(TrustFixture.Node(n));
            byte[] proof = text.DeriveKey().Prove(ProofRole.Dialler, context);
            accepted += book.Redeem(text.TicketId, proof, context).IsAccepted ? 1 : 0;
        }

        Console.WriteLine(accepted);
    }
}
