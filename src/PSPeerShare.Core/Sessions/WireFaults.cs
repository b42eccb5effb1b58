using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Failures as they cross the wire and back. What is denied and what is missing have the same code, and nothing of
/// this machine's paths crosses.
/// </summary>
internal static class WireFaults
{
    /// <summary>The code that tells the other side about a failure here.</summary>
    public static WireError ToWire(PeerError error) => error switch
    {
        PeerError.FileNotFound or PeerError.PathNotFound or PeerError.ShareNotFound => WireError.NotFound,
        PeerError.FileNotReadable or PeerError.PathNotReadable => WireError.Unreadable,
        PeerError.FileChanged => WireError.Changed,
        PeerError.DestinationFull => WireError.NoSpace,
        PeerError.TicketSpent => WireError.TooLarge,
        PeerError.DestinationExists => WireError.Exists,
        PeerError.NameRefused or PeerError.NameCollision => WireError.NameRefused,
        PeerError.PushRefused or PeerError.RequestRefused => WireError.Refused,
        PeerError.DestinationNotWritable or PeerError.DestinationInvalid => WireError.Refused,
        PeerError.ContentMismatch => WireError.ContentMismatch,
        PeerError.ProtocolViolation => WireError.BadRequest,
        PeerError.TransferStopped => WireError.Cancelled,
        PeerError.PeerBusy => WireError.Busy,
        PeerError.PeerShuttingDown => WireError.ShuttingDown,
        _ => WireError.Internal,
    };

    /// <summary>What a code from the other side means to the user here.</summary>
    /// <param name="code">The code, of any value.</param>
    /// <param name="target">What the user named.</param>
    /// <param name="detail">The other side's words, escaped here.</param>
    public static PeerShareException ToException(WireError code, string? target, string? detail) =>
        new(ToError(code), target, string.IsNullOrEmpty(detail) ? null : Printable.Escape(detail));

    /// <summary>How something ended that failed, in one word for the audit.</summary>
    public static string OutcomeOf(Exception why) => (why switch
    {
        PeerShareException known => known.Error,
        StreamFailedException failed => ToError(failed.Error),
        OperationCanceledException => PeerError.TransferStopped,
        _ => PeerError.Unexpected,
    }).ToString();

    private static PeerError ToError(WireError code) => code switch
    {
        WireError.NotFound => PeerError.FileNotFound,
        WireError.Unreadable => PeerError.FileNotReadable,
        WireError.Changed => PeerError.FileChanged,
        WireError.NoSpace => PeerError.DestinationFull,
        WireError.TooLarge => PeerError.TicketSpent,
        WireError.Exists => PeerError.DestinationExists,
        WireError.NameRefused => PeerError.NameRefused,
        WireError.Refused => PeerError.RequestRefused,
        WireError.ContentMismatch => PeerError.ContentMismatch,
        WireError.Busy => PeerError.PeerBusy,
        WireError.Cancelled => PeerError.TransferStopped,
        WireError.ShuttingDown => PeerError.PeerShuttingDown,
        WireError.BadRequest => PeerError.ProtocolViolation,
        _ => PeerError.Unexpected,
    };
}
