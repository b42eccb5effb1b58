namespace PSPeerShare.Core;

/// <summary>
/// Everything that can go wrong in a way a user can act on. The member's name is the error id that scripts see,
/// the resource key of its message, and its heading in docs/errors.md; names are stable.
/// </summary>
public enum PeerError
{
    /// <summary>A failure nobody foresaw.</summary>
    Unexpected = 0,

    // Home and store
    /// <summary>The home folder cannot be made or is not private.</summary>
    HomeUnusable,
    /// <summary>The identity's key file can be read by others.</summary>
    IdentityUnsafe,
    /// <summary>The identity's files are damaged.</summary>
    IdentityDamaged,
    /// <summary>node.db cannot be opened, is damaged or comes from a newer version.</summary>
    StoreUnusable,

    // Server
    /// <summary>This home's node runs already.</summary>
    ServerAlreadyRunning,
    /// <summary>This home's node does not run.</summary>
    ServerNotRunning,
    /// <summary>The port is taken.</summary>
    PortInUse,
    /// <summary>The listen address is not one of this machine's.</summary>
    ListenAddressInvalid,
    /// <summary>The running node did not answer its control session.</summary>
    ServerNotAnswering,

    // Shares
    /// <summary>A share of that name exists.</summary>
    ShareExists,
    /// <summary>No share has that name.</summary>
    ShareNotFound,
    /// <summary>The path to share does not exist or is no folder or file.</summary>
    SharePathNotFound,
    /// <summary>The share's name cannot be used on the wire.</summary>
    ShareNameInvalid,

    // Peers and trust
    /// <summary>No peer has that name or id.</summary>
    PeerNotFound,
    /// <summary>A peer with that id is in the book.</summary>
    PeerExists,
    /// <summary>The node id is not valid: wrong length, symbol or check character.</summary>
    NodeIdInvalid,
    /// <summary>The peer's name cannot be used in the book.</summary>
    PeerNameInvalid,
    /// <summary>The id is the home's own.</summary>
    PeerIsSelf,
    /// <summary>The peer has no known address.</summary>
    PeerHasNoAddress,
    /// <summary>The address is not host, host:port or [v6]:port.</summary>
    AddressInvalid,
    /// <summary>The pairing code is mistyped; it has not left this machine.</summary>
    PairingCodeInvalid,
    /// <summary>The node does not wait for a pairing code, or no longer.</summary>
    PairingNotOpen,
    /// <summary>The pairing code is another one than the other side shows. It is used up now.</summary>
    PairingCodeRefused,
    /// <summary>Several nodes wait for a pairing code.</summary>
    PairingAmbiguous,
    /// <summary>No node that waits for a pairing code was found.</summary>
    PairingNodeNotFound,
    /// <summary>The connection broke at the very end of pairing.</summary>
    PairingUnfinished,
    /// <summary>The files that were handed over by a code did not all arrive.</summary>
    HandOverFailed,
    /// <summary>The PowerShell session cannot be used: it is closed, or the module is not there.</summary>
    SessionUnusable,
    /// <summary>The ticket cannot become lasting trust: it is limited in bytes.</summary>
    TicketNotLasting,
    /// <summary>The ticket's limit of bytes is used up.</summary>
    TicketSpent,
    /// <summary>The ticket text is incomplete or mistyped.</summary>
    TicketMalformed,
    /// <summary>The ticket's time is over.</summary>
    TicketExpired,
    /// <summary>The ticket is used up, revoked or unknown to its issuer.</summary>
    TicketRefused,
    /// <summary>The ticket is one's own.</summary>
    TicketIsOwn,
    /// <summary>No ticket has that id.</summary>
    TicketNotFound,

    // Connecting
    /// <summary>The host name is unknown.</summary>
    HostNotFound,
    /// <summary>Nothing listens at the address, or it cannot be reached.</summary>
    PeerUnreachable,
    /// <summary>The peer did not answer in time.</summary>
    ConnectTimeout,
    /// <summary>What answers is not PSPeerShare.</summary>
    NotPeerShare,
    /// <summary>Another node answers at the peer's address.</summary>
    PeerIdentityChanged,
    /// <summary>The other side does not trust this node.</summary>
    NotTrustedByPeer,
    /// <summary>The node that answers is not in the peer book.</summary>
    PeerNotTrusted,
    /// <summary>The two sides speak no common protocol version.</summary>
    ProtocolMismatch,
    /// <summary>The peer has no room for another connection.</summary>
    PeerBusy,
    /// <summary>The connection was cut.</summary>
    ConnectionLost,
    /// <summary>The other side broke the protocol.</summary>
    ProtocolViolation,
    /// <summary>The transfer made no progress for too long.</summary>
    TransferStalled,
    /// <summary>The peer is shutting down.</summary>
    PeerShuttingDown,

    // Files
    /// <summary>The peer has no such share or file, or does not show it to this node.</summary>
    FileNotFound,
    /// <summary>The peer cannot read the file.</summary>
    FileNotReadable,
    /// <summary>The file changed while it was sent.</summary>
    FileChanged,
    /// <summary>What arrived does not have the hash that the sender states.</summary>
    ContentMismatch,
    /// <summary>The destination holds another content under that name.</summary>
    DestinationExists,
    /// <summary>The destination is not what is needed there: a file where a folder must be, or the reverse.</summary>
    DestinationInvalid,
    /// <summary>The destination cannot be written.</summary>
    DestinationNotWritable,
    /// <summary>The destination's file system is full.</summary>
    DestinationFull,
    /// <summary>The name cannot be used on this platform or file system.</summary>
    NameRefused,
    /// <summary>Two names of one batch are the same file on this file system.</summary>
    NameCollision,
    /// <summary>The local path does not exist.</summary>
    PathNotFound,
    /// <summary>The local path is not in the file system.</summary>
    PathNotFileSystem,
    /// <summary>The local file cannot be read.</summary>
    PathNotReadable,
    /// <summary>The wildcard matched nothing at the peer.</summary>
    NoMatch,
    /// <summary>The peer has no inbox or does not let this node write to it.</summary>
    PushRefused,
    /// <summary>The peer's inbox has no room for the file.</summary>
    InboxFull,
    /// <summary>The request asks for what the other side does not do.</summary>
    RequestRefused,
    /// <summary>The transfer was stopped.</summary>
    TransferStopped,
    /// <summary>No transfer has that id.</summary>
    TransferNotFound,
    /// <summary>The transfer does not run any more, or has nothing to go on with.</summary>
    TransferEnded,
    /// <summary>The hash is not 64 hexadecimal digits.</summary>
    HashInvalid,
    /// <summary>Part of what was listed could not be read or named, so something is missing.</summary>
    EntriesLeftOut,
    /// <summary>The path is a folder, and folders were not asked for.</summary>
    PathIsFolder,
    /// <summary>Nothing is stored of what the peer shares.</summary>
    CatalogUnknown,
}
