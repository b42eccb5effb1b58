using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>A connection did not get as far as HELLO_ACK.</summary>
internal sealed class HandshakeException : Exception
{
    public HandshakeException(CloseReason reason, string detail, bool isByRemote = false, Exception? innerException = null)
        : base($"{reason}: {detail}", innerException)
    {
        Reason = reason;
        Detail = detail;
        IsByRemote = isByRemote;
    }

    public CloseReason Reason { get; }

    /// <summary>Text for people, already escaped.</summary>
    public string Detail { get; }

    /// <summary>The other side said so; otherwise this side found it.</summary>
    public bool IsByRemote { get; }
}
