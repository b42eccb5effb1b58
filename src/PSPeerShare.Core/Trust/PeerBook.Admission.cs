using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Trust;

internal sealed partial class PeerBook
{
    private const int MaximumAddresses = 16;

    /// <summary>
    /// Trusts a node by what it proved: adds it, or gives a peer of the book these rights and addresses besides its
    /// own. Its own name and addresses are hints, so what is unusable in them is left out.
    /// </summary>
    /// <param name="id">The node, as its certificate proved.</param>
    /// <param name="ownName">What it calls itself.</param>
    /// <param name="addresses">Where it says it listens.</param>
    /// <param name="allow">What it is granted.</param>
    /// <param name="share">The share to which Browse and Read are limited.</param>
    /// <param name="path">The path below that share to which they are limited.</param>
    public BookedPeer Admit(
        NodeId id,
        string? ownName,
        IEnumerable<string> addresses,
        PeerRights allow,
        string? share = null,
        string? path = null)
    {
        RefuseSelf(id);
        string name = PeerName.Suggest(ownName, id);
        string[] usable = Usable(addresses);
        return Change(() => Admit(id, name, usable, allow, share, path));
    }

    /// <summary>
    /// Admits the node whose proof the ticket book has accepted. Only a node's first proof grants anything: a later one
    /// under the same ticket does not bring back rights that were taken away since. The verdict may be old by now: what
    /// was removed or revoked meanwhile is found in the same transaction that would admit.
    /// </summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TicketRefused"/>: the verdict is a refusal, or does not
    /// hold any more.</exception>
    public BookedPeer AdmitByTicket(TicketVerdict verdict, NodeId id, string? ownName, IEnumerable<string> addresses)
    {
        if (!verdict.IsAccepted || verdict.Ticket is not { } ticket)
        {
            throw new PeerShareException(PeerError.TicketRefused, id.ToString(), verdict.Outcome.ToString());
        }

        RefuseSelf(id);
        string name = PeerName.Suggest(ownName, id);
        string[] usable = Usable(addresses);
        BookedPeer booked = store.Atomically(() =>
        {
            if (!IsUseGood(ticket, id))
            {
                throw new PeerShareException(PeerError.TicketRefused, id.ToString(), nameof(TicketOutcome.Revoked));
            }

            return !verdict.IsFirstUse && Find(id) is { } known
                ? new BookedPeer(known, IsRenamed: false) { IsUnchanged = true }
                : Admit(id, name, usable, ticket.Allow, ticket.Share, ticket.Path);
        });
        if (!booked.IsUnchanged)
        {
            RaiseChanged();
        }

        return booked;
    }

    private bool IsUseGood(TicketInfo ticket, NodeId node)
    {
        byte[] key = Convert.FromHexString(ticket.Id);
        return store.Tickets.Find(key) is { Revoked: null } row && row.Expires > clock.GetUtcNow()
            && store.Tickets.UseOf(key, node.ToArray()) is { IsBound: true, IsRevoked: false };
    }

    private static string[] Usable(IEnumerable<string> addresses) => [.. addresses
        .Select(text => PeerAddress.TryParse(text, out PeerAddress address) ? address.ToString() : null)
        .OfType<string>().Distinct(StringComparer.Ordinal).Take(MaximumAddresses)];

    private BookedPeer Admit(
        NodeId id, string name, string[] addresses, PeerRights allow, string? share, string? path)
    {
        // The inbox is no share: the right to push never depends on one.
        PeerRights general = share is null ? allow : allow & PeerRights.Write;
        byte[] key = id.ToArray();
        bool isRenamed = false;
        Audit.Grant("trust", id, null, share, path, allow.ToString());
        if (store.Peers.Find(key) is { } known)
        {
            store.Peers.Update(known with
            {
                Allow = known.Allow | (int)general,
                Addresses = [.. known.Addresses.Union(addresses, StringComparer.Ordinal).Take(MaximumAddresses)],
            });
        }
        else
        {
            isRenamed = Insert(id, name, addresses, general, rateLimit: null).IsRenamed;
        }

        if (share is not null)
        {
            store.Grants.Add(new GrantRow(key, share, path ?? string.Empty, (int)(allow & ~PeerRights.Write)));
        }

        return new BookedPeer(Find(id)!, isRenamed);
    }
}
