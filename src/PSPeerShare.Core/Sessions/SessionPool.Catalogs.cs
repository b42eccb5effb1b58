using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Sessions;

// For those who stay connected.
internal sealed partial class SessionPool
{
    /// <summary>An open session with a node that offers something, if there is one. Nothing is dialled.</summary>
    public PeerSession? FindOpen(NodeId nodeId, string capability)
    {
        lock (_gate)
        {
            return _sessions.Find(session =>
                session is { IsOpen: true, IsApart: false } && session.Connection.RemoteId == nodeId && session.Offers(capability));
        }
    }

    /// <summary>
    /// Ends the sessions on which nothing runs and that this node has dialled as one that listens, which it does no longer.
    /// </summary>
    public void RetireDialled()
    {
        lock (_gate)
        {
            foreach (PeerSession session in _sessions.FindAll(session => session.Connection is { IsDialler: true, OpenStreams: 0 } && session.Connection.RemoteId != _self))
            {
                _sessions.Remove(session);
                _ = session.Connection.GoAwayAsync(CloseReason.Normal, CancellationToken.None);
            }
        }
    }
}
