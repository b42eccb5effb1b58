using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>One stream failed, by an Error of the other side or by this side's own; the connection lives on.</summary>
internal sealed class StreamFailedException : Exception
{
    /// <param name="error">Why.</param>
    /// <param name="detail">Text for people, already escaped.</param>
    public StreamFailedException(WireError error, string? detail = null)
        : base(detail is null ? error.ToString() : $"{error}: {detail}")
    {
        Error = error;
        Detail = detail;
    }

    public WireError Error { get; }

    public string? Detail { get; }
}
