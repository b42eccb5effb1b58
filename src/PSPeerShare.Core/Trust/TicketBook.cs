using System.Security.Cryptography;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// The tickets that this home has issued: makes them, judges proofs, ends them. The store keeps the key of each and
/// never its secret, so a text is known only when it is made. It adds no peer and knows no connection. Any thread.
/// </summary>
internal sealed class TicketBook(NodeStore store, NodeId self, TimeProvider? clock = null)
{
    /// <summary>The longest life a ticket can have.</summary>
    public static readonly TimeSpan MaximumLife = TimeSpan.FromDays(3660);

    private static readonly TimeSpan KeepEnded = TimeSpan.FromDays(30);

    private readonly TimeProvider clock = clock ?? TimeProvider.System;

    // Stands in for the key of a ticket that does not exist, so that refusing takes as long as for one that does.
    private readonly TicketKey decoy = TicketKey.FromSecret(RandomNumberGenerator.GetBytes(TicketText.SecretBytes));

    /// <summary>Makes a ticket. This is the only time its text is known.</summary>
    /// <exception cref="PeerShareException">
    /// <see cref="PeerError.ShareNameInvalid"/> or <see cref="PeerError.AddressInvalid"/>.
    /// </exception>
    public TicketInfo Create(TicketOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Uses, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Uses, ushort.MaxValue, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(options.ExpiresIn, TimeSpan.Zero, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.ExpiresIn, MaximumLife, nameof(options));
        (string? share, string? path) = PlaceOf(options);
        DateTimeOffset now = clock.GetUtcNow();
        var text = new TicketText
        {
            TicketId = RandomNumberGenerator.GetBytes(TicketText.IdBytes),
            Secret = RandomNumberGenerator.GetBytes(TicketText.SecretBytes),
            Issuer = self,
            Allow = options.Allow,
            Uses = options.Uses,
            Expires = ToSeconds(now + options.ExpiresIn),
            Share = share,
            Path = path,
            Addresses = [.. options.Addresses.Select(address => PeerAddress.Parse(address).ToString())
                .Distinct(StringComparer.Ordinal).Take(TicketText.MaximumAddresses)],
        };
        var row = new TicketRow(
            text.TicketId,
            text.DeriveKey().ToStored(),
            share,
            path,
            (int)options.Allow,
            options.Uses,
            options.Bytes,
            options.NodeId?.ToArray(),
            now,
            text.Expires,
            Revoked: null,
            UsesTaken: 0);
        store.Atomically(() =>
        {
            store.Tickets.Prune(now, KeepEnded);
            store.Tickets.Insert(row);
            return true;
        });
        return ToInfo(row, now) with { Ticket = text.Format() };
    }

    /// <summary>All tickets, the newest first, without their texts.</summary>
    public IReadOnlyList<TicketInfo> List()
    {
        DateTimeOffset now = clock.GetUtcNow();
        return [.. store.Tickets.List().Select(row => ToInfo(row, now))];
    }

    /// <summary>Ends a ticket. Peers that were added by it stay; false when it does not exist or has ended.</summary>
    public bool Revoke(string id) =>
        TryReadId(id) is { } key && store.Tickets.Revoke(key, clock.GetUtcNow());

    /// <summary>The ticket of that id, in whatever state.</summary>
    public TicketInfo? Find(string id) =>
        TryReadId(id) is { } key && store.Tickets.Find(key) is { } row ? ToInfo(row, clock.GetUtcNow()) : null;

    /// <summary>The ticket, if it still lets in at least those nodes that use it already.</summary>
    public TicketInfo? TryOpen(ReadOnlySpan<byte> ticketId) =>
        store.Tickets.Find(ticketId.ToArray()) is { } row
        && ToInfo(row, clock.GetUtcNow()) is { State: TicketState.Open or TicketState.Used } ticket
            ? ticket
            : null;

    /// <summary>
    /// Judges a dialler's proof. The first proof of a node takes one use and binds it to that node until the ticket
    /// expires; of all that race for the last use, one gets it.
    /// </summary>
    public TicketVerdict Redeem(ReadOnlySpan<byte> ticketId, ReadOnlySpan<byte> proof, in ProofContext context)
    {
        byte[] id = ticketId.ToArray();
        TicketRow? row = store.Tickets.Find(id);
        TicketKey? key = row is null ? null : TicketKey.FromStored(row.ProofKey);

        // The key never changes, so the costly part happens before the store is locked.
        bool isProven = (key ?? decoy).Verify(ProofRole.Dialler, context, proof)
            && key is not null
            && context.Acceptor == self;
        if (row is null)
        {
            return new TicketVerdict(TicketOutcome.Unknown);
        }

        if (!isProven)
        {
            return new TicketVerdict(Ended(row, clock.GetUtcNow()) ?? TicketOutcome.WrongProof);
        }

        NodeId node = context.Dialler;
        (TicketOutcome outcome, TicketRow? judged, bool isFirst) = store.Atomically(() => TakeUse(id, node));
        return outcome == TicketOutcome.Accepted
            ? new TicketVerdict(
                outcome,
                ToInfo(judged!, clock.GetUtcNow()),
                key!.Prove(ProofRole.Acceptor, context),
                isFirst)
            : new TicketVerdict(outcome);
    }

    private (TicketOutcome Outcome, TicketRow? Row, bool IsFirst) TakeUse(byte[] id, NodeId node)
    {
        DateTimeOffset now = clock.GetUtcNow();
        if (store.Tickets.Find(id) is not { } row)
        {
            return (TicketOutcome.Unknown, null, false);
        }

        if (Ended(row, now) is { } ended)
        {
            return (ended, null, false);
        }

        byte[] nodeKey = node.ToArray();
        if (node == self || (row.NodeId is not null && !row.NodeId.AsSpan().SequenceEqual(nodeKey)))
        {
            return (TicketOutcome.OtherNode, null, false);
        }

        (bool isBound, bool isRevoked) = store.Tickets.UseOf(id, nodeKey);
        if (isBound)
        {
            return isRevoked ? (TicketOutcome.Revoked, null, false) : (TicketOutcome.Accepted, row, false);
        }

        if (row.UsesTaken >= row.Uses)
        {
            return (TicketOutcome.UsedUp, null, false);
        }

        store.Tickets.Bind(id, nodeKey, now);
        return (TicketOutcome.Accepted, row with { UsesTaken = row.UsesTaken + 1 }, true);
    }

    private static TicketOutcome? Ended(TicketRow row, DateTimeOffset now) =>
        row.Revoked is not null ? TicketOutcome.Revoked
        : row.Expires <= now ? TicketOutcome.Expired
        : null;

    private static TicketInfo ToInfo(TicketRow row, DateTimeOffset now)
    {
        int left = Math.Max(0, row.Uses - row.UsesTaken);
        TicketState state = Ended(row, now) switch
        {
            TicketOutcome.Revoked => TicketState.Revoked,
            TicketOutcome.Expired => TicketState.Expired,
            _ => left == 0 ? TicketState.Used : TicketState.Open,
        };
        return new TicketInfo(
            Convert.ToHexStringLower(row.Id),
            Ticket: string.Empty,
            Code: null,
            row.Share,
            row.Path,
            (PeerRights)row.Allow,
            row.Uses,
            left,
            row.Bytes,
            row.NodeId is null ? null : NodeId.FromBytes(row.NodeId),
            row.Created,
            row.Expires,
            state);
    }

    /// <summary>The share and the path below it that the options name.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.ShareNameInvalid"/>.</exception>
    public static (string? Share, string? Path) PlaceOf(TicketOptions options)
    {
        string place = string.Join('/', new[] { options.Share, options.Path }.Where(part => !string.IsNullOrEmpty(part)));
        if (place.Length == 0)
        {
            return (null, null);
        }

        if (!WirePath.TryParse(place, out WirePath? path, out string why)
            || (!string.IsNullOrEmpty(options.Share) && path.Share != options.Share))
        {
            throw new PeerShareException(PeerError.ShareNameInvalid, Diagnostics.Printable.Escape(place, 200), why);
        }

        return (path.Share, path.Count == 1 ? null : string.Join('/', path.BelowShare));
    }

    private static byte[]? TryReadId(string id) =>
        id.Length == 2 * TicketText.IdBytes && id.All(char.IsAsciiHexDigit) ? Convert.FromHexString(id) : null;

    private static DateTimeOffset ToSeconds(DateTimeOffset time) =>
        DateTimeOffset.FromUnixTimeSeconds(time.ToUnixTimeSeconds() + (time.Millisecond > 0 ? 1 : 0));
}
