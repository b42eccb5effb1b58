using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>What the other side is told when answering fails. Inner workings and local paths stay at home.</summary>
internal static class WireErrors
{
    public static WireError Of(Exception failure) => failure switch
    {
        StreamFailedException e => e.Error,
        OperationCanceledException => WireError.Cancelled,
        PeerShareException e => Of(e.Error),
        _ => WireError.Internal,
    };

    public static string? DetailOf(Exception failure) => (failure as StreamFailedException)?.Detail;

    private static WireError Of(PeerError error) => error switch
    {
        PeerError.FileNotFound or PeerError.ShareNotFound or PeerError.PathNotFound => WireError.NotFound,
        PeerError.FileNotReadable or PeerError.PathNotReadable => WireError.Unreadable,
        PeerError.FileChanged => WireError.Changed,
        PeerError.ContentMismatch => WireError.ContentMismatch,
        PeerError.DestinationFull => WireError.NoSpace,
        PeerError.DestinationExists => WireError.Exists,
        PeerError.NameRefused or PeerError.NameCollision => WireError.NameRefused,
        PeerError.PushRefused or PeerError.RequestRefused or PeerError.TicketRefused => WireError.Refused,
        PeerError.PeerBusy => WireError.Busy,
        PeerError.TransferStopped => WireError.Cancelled,
        PeerError.PeerShuttingDown => WireError.ShuttingDown,
        _ => WireError.Internal,
    };
}
