using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

/// <summary>
/// A1: whatever happened to peers, tickets and time before, each decision is the one of a model of a few lines.
/// </summary>
public sealed class AuthorisationMatrixTests : IDisposable
{
    private const int Peers = 6;
    private const int Decisions = 100_000;

    private static readonly string[] s_places = ["a", "a/x", "a/x/1", "a/y", "b", "b/x"];
    private readonly TrustFixture _trust = new();
    private readonly PassBook _passes;
    private readonly Grants _grants;
    private readonly Random _random = new(20261122);
    private readonly Dictionary<int, PeerRights> _general = [];
    private readonly List<Scope> _scopes = [];
    private readonly List<TicketInfo> _tickets = [];

    public AuthorisationMatrixTests()
    {
        _passes = new PassBook(_trust.Store, _trust);
        _grants = new Grants(_trust.Store, TrustFixture.Self, _passes);
    }

    public void Dispose() => _trust.Dispose();

    [Fact]
    public void Every_decision_is_the_models()
    {
        int allowed = 0;
        for (int decision = 0; decision < Decisions; decision++)
        {
            if (decision % 100 == 0)
            {
                Change();
            }

            int peer = _random.Next(Peers);
            WirePath place = Place(_random.Next(s_places.Length));
            int[]? only = _random.Next(3) == 0 ? [_random.Next(Peers)] : null;
            var share = new ShareRule(place.Share, only?.Select(Node).ToArray());
            PeerRights right = (PeerRights)(1 << _random.Next(2));

            bool may = _grants.May(Node(peer), share, place, right);

            Assert.True(Model(peer, only, place, right) == may, $"decision {decision}: {peer} {right} {place} only {only?[0]} gave {may}");
            Assert.Equal(_general.TryGetValue(peer, out PeerRights general) && general.HasFlag(PeerRights.Write), _grants.MayPush(Node(peer)));
            Assert.Equal(_general.ContainsKey(peer) || _scopes.Exists(scope => scope.Peer == peer && scope.IsPass && IsGood(scope)), _grants.IsTrusted(Node(peer)));
            allowed += may ? 1 : 0;
        }

        Assert.InRange(allowed, Decisions / 20, Decisions - (Decisions / 20));
    }

    private bool Model(int peer, int[]? only, WirePath place, PeerRights right)
    {
        bool isListed = only is null || only.Contains(peer);
        bool byBook = isListed && _general.TryGetValue(peer, out PeerRights general) && general.HasFlag(right);
        return byBook || _scopes.Exists(scope =>
            scope.Peer == peer && scope.Rights.HasFlag(right) && IsGood(scope)
            && (scope.IsPass || _general.ContainsKey(peer))
            && (scope.Place is null ? only is null : $"{place}/".StartsWith($"{scope.Place}/", StringComparison.Ordinal)));
    }

    // A pass is as good as its ticket; what the book was given stays.
    private bool IsGood(Scope scope) =>
        !scope.IsPass || (!scope.IsRevoked && scope.Ticket.Expires > _trust.Now && !IsTicketRevoked(scope.Ticket));

    private bool IsTicketRevoked(TicketInfo ticket) => !_tickets.Contains(ticket);

    private void Change()
    {
        int peer = _random.Next(Peers);
        switch (_random.Next(7))
        {
            case 0 when !_general.ContainsKey(peer):
                PeerRights given = (PeerRights)_random.Next(8);
                _trust.Peers.Add(Node(peer), $"peer{peer}", [], given);
                _general[peer] = given;
                break;
            case 1 when _general.ContainsKey(peer):
                PeerRights changed = (PeerRights)_random.Next(8);
                _trust.Peers.Update(Node(peer), new PeerChange { Allow = changed });
                _general[peer] = changed;
                _scopes.RemoveAll(scope => scope.Peer == peer && !scope.IsPass);
                break;
            case 2:
                _trust.Peers.Remove(Node(peer));
                _general.Remove(peer);
                _scopes.RemoveAll(scope => scope.Peer == peer && !scope.IsPass);
                _scopes.FindAll(scope => scope.Peer == peer).ForEach(scope => scope.IsRevoked = true);
                break;
            case 3:
                Redeem(peer, isPass: true);
                break;
            case 4:
                Redeem(peer, isPass: false);
                break;
            case 5 when _tickets.Count > 0:
                TicketInfo ended = _tickets[_random.Next(_tickets.Count)];
                _trust.Tickets.Revoke(ended.Id);
                _tickets.Remove(ended);
                break;
            default:
                _trust.Now += TimeSpan.FromMinutes(_random.Next(30));
                break;
        }
    }

    private void Redeem(int peer, bool isPass)
    {
        int place = _random.Next(s_places.Length + 2);
        string? at = place < s_places.Length ? s_places[place] : null;
        PeerRights rights = (PeerRights)_random.Next(8);
        TicketInfo ticket = _trust.Tickets.Create(new TicketOptions { Allow = rights, Path = at, ExpiresIn = TimeSpan.FromHours(2) });
        TicketVerdict verdict = _trust.Redeem(ticket.Ticket, TrustFixture.Dial(Node(peer)));
        _tickets.Add(ticket);
        if (isPass)
        {
            _passes.Issue(Node(peer), verdict.Ticket!);
            _scopes.Add(new Scope(peer, at, rights & ~PeerRights.Write, isPass, ticket));
            return;
        }

        _trust.Peers.AdmitByTicket(verdict, Node(peer), "x", []);
        _general[peer] = _general.GetValueOrDefault(peer) | (at is null ? rights : rights & PeerRights.Write);
        if (at is not null)
        {
            _scopes.Add(new Scope(peer, at, rights & ~PeerRights.Write, isPass, ticket));
        }
    }

    private static NodeId Node(int peer) => TrustFixture.Node(peer + 1);

    private static WirePath Place(int index)
    {
        Assert.True(WirePath.TryParse(s_places[index], out WirePath? place, out _));
        return place;
    }

    private sealed record Scope(int Peer, string? Place, PeerRights Rights, bool IsPass, TicketInfo Ticket)
    {
        public bool IsRevoked { get; set; }
    }
}
