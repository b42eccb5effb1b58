using System.Net;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// Counts who is in: so many before authentication, so many in all, so many a node. When the first is full, the oldest
/// of the address that has most of them has to go, so that one noisy address cannot keep others out. Thread safe.
/// </summary>
internal sealed class ConnectionAdmission
{
    private readonly Lock _gate = new();
    private readonly List<Guest> _strangers = [];
    private readonly Dictionary<NodeId, int> _known = [];
    private int _knownTotal;

    public int Strangers
    {
        get
        {
            lock (_gate)
            {
                return _strangers.Count;
            }
        }
    }

    /// <summary>Lets someone in whose id is not proved yet.</summary>
    /// <param name="address">Where it comes from.</param>
    /// <param name="evict">Called when it has to make room for another.</param>
    public Guest Enter(IPAddress address, Action evict)
    {
        var guest = new Guest(NetworkOf(address), evict);
        Guest? evicted = null;
        lock (_gate)
        {
            if (_strangers.Count >= Limits.UnauthenticatedConnections)
            {
                evicted = OldestOfBusiestNetwork();
                _strangers.Remove(evicted);
            }
            _strangers.Add(guest);
        }
        evicted?.Evict();
        return guest;
    }

    /// <summary>The guest has proved its id and is trusted. False: it, or the node as a whole, has too many connections.</summary>
    public bool TryPromote(Guest guest, NodeId node)
    {
        lock (_gate)
        {
            int count = _known.GetValueOrDefault(node);
            if (_knownTotal >= Limits.Connections || count >= Limits.ConnectionsPerPeer || !_strangers.Remove(guest))
            {
                return false;
            }
            _known[node] = count + 1;
            _knownTotal++;
            guest.Node = node;
            return true;
        }
    }

    public void Leave(Guest guest)
    {
        lock (_gate)
        {
            if (guest.Node is not { } node)
            {
                _strangers.Remove(guest);
                return;
            }
            guest.Node = null;
            _knownTotal--;
            if (--_known[node] == 0)
            {
                _known.Remove(node);
            }
        }
    }

    private Guest OldestOfBusiestNetwork() => _strangers
        .GroupBy(guest => guest.Network)
        .MaxBy(group => group.Count())!
        .First();

    // One IPv6 host commands at least a /64, so that counts as one address.
    private static IPAddress NetworkOf(IPAddress address)
    {
        IPAddress plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        byte[] bytes = plain.GetAddressBytes();
        if (bytes.Length == 16)
        {
            bytes.AsSpan(8).Clear();
        }
        return new IPAddress(bytes);
    }

    /// <summary>A connection as the count sees it.</summary>
    internal sealed class Guest(IPAddress network, Action evict)
    {
        public IPAddress Network => network;

        public NodeId? Node { get; set; }

        public void Evict() => evict();
    }
}
