using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// What a node may be sent by tickets with a limit of bytes. It takes from the store ahead of what is sent, so that no
/// number of connections and no restart gets more than the limit, and puts back what it did not need. One thread.
/// </summary>
internal sealed class ByteAllowance(NodeStore store, IReadOnlyList<byte[]> tickets) : IDisposable
{
    /// <summary>Taken at a time: writing the store for every frame would cost more than sending it.</summary>
    private const long Lump = 4 * 1024 * 1024;

    private byte[]? _ticket;
    private long _taken;

    /// <summary>Spends bytes that are about to be sent.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TicketSpent"/>: nothing has been spent.</exception>
    public void Spend(long bytes)
    {
        if (_taken < bytes && !TryTake(bytes))
        {
            throw new PeerShareException(PeerError.TicketSpent);
        }

        _taken -= bytes;
    }

    public void Dispose() => PutBack();

    private bool TryTake(long bytes)
    {
        PutBack();
        foreach (byte[] ticket in tickets)
        {
            long taken = store.Tickets.TakeBytes(ticket, bytes, Math.Max(bytes, Lump));
            if (taken >= bytes)
            {
                (_ticket, _taken) = (ticket, taken);
                return true;
            }
        }

        return false;
    }

    private void PutBack()
    {
        if (_ticket is not null && _taken > 0)
        {
            store.Tickets.PutBackBytes(_ticket, _taken);
        }

        (_ticket, _taken) = (null, 0);
    }
}
