using System.Management.Automation;
using PSPeerShare.Core;

namespace PSPeerShare.Errors;

/// <summary>Which of PowerShell's categories a failure belongs to.</summary>
internal static class ErrorCategories
{
    internal static ErrorCategory Of(PeerError error) => error switch
    {
        PeerError.ServerAlreadyRunning or PeerError.ShareExists or PeerError.PeerExists
            or PeerError.DestinationExists or PeerError.NameCollision => ErrorCategory.ResourceExists,

        PeerError.ServerNotRunning or PeerError.ShareNotFound or PeerError.SharePathNotFound or PeerError.PeerNotFound
            or PeerError.TicketNotFound or PeerError.HostNotFound or PeerError.FileNotFound or PeerError.PathNotFound
            or PeerError.NoMatch or PeerError.TransferNotFound or PeerError.PeerHasNoAddress or PeerError.PairingNodeNotFound
            or PeerError.CatalogUnknown => ErrorCategory.ObjectNotFound,

        PeerError.ShareNameInvalid or PeerError.PeerNameInvalid or PeerError.NodeIdInvalid
            or PeerError.AddressInvalid or PeerError.TicketMalformed or PeerError.HashInvalid
            or PeerError.ListenAddressInvalid or PeerError.PathNotFileSystem
            or PeerError.PathIsFolder or PeerError.PairingCodeInvalid or PeerError.PairingAmbiguous or PeerError.PeerIsSelf or PeerError.TicketIsOwn
            or PeerError.DestinationInvalid or PeerError.NameRefused => ErrorCategory.InvalidArgument,

        PeerError.IdentityUnsafe or PeerError.TicketExpired or PeerError.TicketRefused or PeerError.PeerIdentityChanged
            or PeerError.NotTrustedByPeer or PeerError.PeerNotTrusted or PeerError.PairingCodeRefused
            or PeerError.PairingNotOpen => ErrorCategory.SecurityError,

        PeerError.PushRefused or PeerError.FileNotReadable or PeerError.EntriesLeftOut or PeerError.DestinationNotWritable
            or PeerError.PathNotReadable or PeerError.RequestRefused or PeerError.TicketNotLasting or PeerError.TicketSpent => ErrorCategory.PermissionDenied,

        PeerError.PeerUnreachable or PeerError.NotPeerShare or PeerError.ConnectionLost
            or PeerError.PeerShuttingDown or PeerError.ServerNotAnswering or PeerError.PairingUnfinished or PeerError.HandOverFailed or PeerError.SessionUnusable => ErrorCategory.ConnectionError,

        PeerError.ConnectTimeout or PeerError.TransferStalled => ErrorCategory.OperationTimeout,
        PeerError.ProtocolMismatch or PeerError.ProtocolViolation => ErrorCategory.ProtocolError,
        PeerError.PortInUse or PeerError.PeerBusy => ErrorCategory.ResourceBusy,
        PeerError.HomeUnusable or PeerError.StoreUnusable => ErrorCategory.OpenError,
        PeerError.IdentityDamaged or PeerError.ContentMismatch or PeerError.FileChanged => ErrorCategory.InvalidData,
        PeerError.DestinationFull or PeerError.InboxFull => ErrorCategory.WriteError,
        PeerError.TransferStopped => ErrorCategory.OperationStopped,
        PeerError.TransferEnded => ErrorCategory.InvalidOperation,
        _ => ErrorCategory.NotSpecified,
    };
}
