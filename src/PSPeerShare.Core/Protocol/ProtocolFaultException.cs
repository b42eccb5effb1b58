namespace PSPeerShare.Core.Protocol;

/// <summary>The other side broke a rule of the protocol; the connection ends with the reason.</summary>
internal sealed class ProtocolFaultException : Exception
{
    public ProtocolFaultException(CloseReason reason, string detail, Exception? innerException = null)
        : base($"{reason}: {detail}", innerException)
    {
        Reason = reason;
        Detail = detail;
    }

    public CloseReason Reason { get; }

    public string Detail { get; }
}
