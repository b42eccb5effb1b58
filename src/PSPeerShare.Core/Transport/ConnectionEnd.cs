using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>How a connection ended.</summary>
/// <param name="Reason">The first reason anyone gave.</param>
/// <param name="IsByRemote">The other side decided it.</param>
/// <param name="Detail">Text for people, already escaped.</param>
internal readonly record struct ConnectionEnd(CloseReason Reason, bool IsByRemote, string? Detail)
{
    /// <summary>What whoever waits on the connection is told.</summary>
    public PeerShareException ToException(string? target)
    {
        string text = Detail is null ? Reason.ToString() : $"{Reason}: {Detail}";
        PeerError error = (Reason, IsByRemote) switch
        {
            (CloseReason.ShuttingDown, true) => PeerError.PeerShuttingDown,
            (CloseReason.ShuttingDown or CloseReason.Normal, false) => PeerError.TransferStopped,
            (CloseReason.WriteStalled or CloseReason.ReadStalled, _) => PeerError.TransferStalled,
            (CloseReason.TooManyConnections or CloseReason.Evicted, true) => PeerError.PeerBusy,
            (CloseReason.NotTrusted or CloseReason.TrustRevoked or CloseReason.NoCertificate, true) => PeerError.NotTrustedByPeer,
            (CloseReason.NotTrusted or CloseReason.TrustRevoked, false) => PeerError.PeerNotTrusted,
            (CloseReason.VersionMismatch, _) => PeerError.ProtocolMismatch,
            (>= CloseReason.MalformedFrame, _) => PeerError.ProtocolViolation,
            _ => PeerError.ConnectionLost,
        };
        return new PeerShareException(error, target, text);
    }
}
