using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

/// <summary>No peer gets or loses a right without a line in the audit, and the line is there first.</summary>
public sealed class GrantAuditTests : TimeProvider, IDisposable
{
    private static readonly NodeId s_self = TrustFixture.Node(0);
    private static readonly NodeId s_peer = TrustFixture.Node(1);

    private readonly TempFolder _temp = new();
    private readonly NodeStore _store;
    private readonly AuditLog _audit;
    private readonly PeerBook _book;
    private readonly List<int> _linesWhenMade = [];

    public GrantAuditTests()
    {
        _store = NodeStore.Open(_temp.Path);
        _audit = AuditLog.Open(new EventLogOptions { Folder = _temp["logs"] });
        _book = new PeerBook(_store, s_self, this) { Audit = _audit };
    }

    public void Dispose()
    {
        _audit.Dispose();
        _store.Dispose();
        _temp.Dispose();
    }

    /// <summary>The book asks for the time when it makes a row: the moment at which the line has to be there.</summary>
    public override DateTimeOffset GetUtcNow()
    {
        _linesWhenMade.Add(AuditFiles.Lines(_temp.Path).Length);
        return DateTimeOffset.UnixEpoch;
    }

    [Fact]
    public void A_peer_that_is_added_stands_in_the_audit_before_the_book_has_it()
    {
        _book.Add(s_peer, "friend", [], PeerRights.Browse | PeerRights.Read);

        Assert.Equal([1], _linesWhenMade);
        AssertLast("trust", "Browse, Read");
    }

    [Fact]
    public void So_does_one_that_proved_itself_with_the_place_that_it_gets()
    {
        _book.Admit(s_peer, "friend", [], PeerRights.Read, "docs", "sub");

        Assert.Equal([1], _linesWhenMade);
        AssertLast("trust", "Read");
        Assert.Contains("\"Share\":\"docs\",\"Path\":\"sub\"", Lines()[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Rights_that_change_and_trust_that_ends_have_their_lines_and_a_new_name_has_none()
    {
        _book.Add(s_peer, "friend", [], PeerRights.Browse);

        _book.Update(s_peer, new PeerChange { Allow = PeerRights.Write });
        AssertLast("allow", "Write");
        _book.Update(s_peer, new PeerChange { Name = "other" });
        Assert.Equal(2, Lines().Length);
        _book.Remove(s_peer);
        AssertLast("remove", "None");
        Assert.Equal(3, _linesWhenMade[^1]);
        _book.Remove(s_peer);
        Assert.Equal(3, Lines().Length);
    }

    [Fact]
    public void What_is_refused_grants_nothing_and_says_nothing()
    {
        _book.Add(s_peer, "friend", [], PeerRights.Browse);

        Assert.Throws<PeerShareException>(() => _book.Add(s_peer, "again", [], PeerRights.Write));
        Assert.Throws<PeerShareException>(() => _book.Add(s_self, "self", [], PeerRights.Write));

        Assert.Single(Lines());
    }

    private string[] Lines() => AuditFiles.Lines(_temp.Path);

    private void AssertLast(string operation, string result)
    {
        string line = Lines()[^1];
        Assert.Contains($"\"Operation\":\"{operation}\"", line, StringComparison.Ordinal);
        Assert.Contains($"\"Peer\":\"{s_peer}\"", line, StringComparison.Ordinal);
        Assert.Contains($"\"Result\":\"{result}\"", line, StringComparison.Ordinal);
    }
}
