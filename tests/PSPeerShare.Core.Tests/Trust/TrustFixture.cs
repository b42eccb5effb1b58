using System.Security.Cryptography;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

/// <summary>A home with its books, and a clock that the test sets.</summary>
internal sealed class TrustFixture : TimeProvider, IDisposable
{
    private readonly TempFolder temp = new();

    public TrustFixture()
    {
        Store = NodeStore.Open(temp.Path);
        Peers = new PeerBook(Store, Self, this);
        Tickets = new TicketBook(Store, Self, this);
        Grants = new Grants(Store, Self);
    }

    public static NodeId Self { get; } = Node(0);

    public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public string Home => temp.Path;

    public NodeStore Store { get; }

    public PeerBook Peers { get; }

    public TicketBook Tickets { get; }

    public Grants Grants { get; }

    public static NodeId Node(int n) => NodeId.FromBytes(SHA256.HashData(BitConverter.GetBytes(n)));

    /// <summary>A connection from a node to this home, with nonces of its own.</summary>
    public static ProofContext Dial(NodeId dialler) =>
        new(dialler, Self, RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));

    /// <summary>What a node does that holds the text.</summary>
    public TicketVerdict Redeem(string ticket, ProofContext context)
    {
        TicketText text = TicketText.Parse(ticket, DateTimeOffset.MinValue);
        return Tickets.Redeem(text.TicketId, text.DeriveKey().Prove(ProofRole.Dialler, context), context);
    }

    public override DateTimeOffset GetUtcNow() => Now;

    public void Dispose()
    {
        Store.Dispose();
        temp.Dispose();
    }
}
