namespace PSPeerShare.Core.Diagnostics;

// Peers, endpoints, reasons and hashes come as objects: their written form is all that a log needs, and so this room
// depends on no other.
internal sealed partial class EventLog
{
    // 1000: the node and its listener
    public void NodeStarted(string name, object node, int processId) =>
        Write(PeerLogLevel.Information, 1000, nameof(NodeStarted), "Node {Name} {Node} runs in process {ProcessId}",
            ("Name", name), ("Node", node), ("ProcessId", processId));

    public void NodeStopped(string name, object? reason = null) =>
        Write(PeerLogLevel.Information, 1001, nameof(NodeStopped), "Node {Name} stopped: {Reason}", ("Name", name), ("Reason", reason));

    public void ListenerStarted(object endpoint) =>
        Write(PeerLogLevel.Information, 1010, nameof(ListenerStarted), "Listening on {Endpoint}", ("Endpoint", endpoint));

    public void ListenerStopped(object endpoint) =>
        Write(PeerLogLevel.Information, 1011, nameof(ListenerStopped), "No longer listening on {Endpoint}", ("Endpoint", endpoint));

    public void AcceptFailed(object endpoint, Exception failure) =>
        Write(PeerLogLevel.Warning, 1012, nameof(AcceptFailed), "Accepting on {Endpoint} failed: {Failure}",
            ("Endpoint", endpoint), ("Failure", failure));

    // 2000: connections
    public void ConnectionAccepted(object peer, object? endpoint) =>
        Write(PeerLogLevel.Information, 2000, nameof(ConnectionAccepted), "Accepted {Peer} from {Endpoint}",
            ("Peer", peer), ("Endpoint", endpoint));

    public void ConnectionDialled(object peer, object? endpoint) =>
        Write(PeerLogLevel.Information, 2001, nameof(ConnectionDialled), "Connected to {Peer} at {Endpoint}",
            ("Peer", peer), ("Endpoint", endpoint));

    public void ConnectionClosed(object? peer, object? endpoint, object reason, string? detail = null) =>
        Write(PeerLogLevel.Information, 2002, nameof(ConnectionClosed), "Connection with {Peer} at {Endpoint} closed: {Reason} {Detail}",
            ("Peer", peer), ("Endpoint", endpoint), ("Reason", reason), ("Detail", detail));

    public void HandshakeRejected(object? endpoint, object reason, string? detail = null, object? peer = null) =>
        Write(PeerLogLevel.Warning, 2003, nameof(HandshakeRejected), "Rejected {Peer} at {Endpoint}: {Reason} {Detail}",
            ("Peer", peer), ("Endpoint", endpoint), ("Reason", reason), ("Detail", detail));

    public void ConnectionRefused(object? endpoint, string limit) =>
        Write(PeerLogLevel.Warning, 2004, nameof(ConnectionRefused), "Turned {Endpoint} away: {Limit}",
            ("Endpoint", endpoint), ("Limit", limit));

    public void DialFailed(object? peer, object? endpoint, object reason, string? detail = null) =>
        Write(PeerLogLevel.Warning, 2005, nameof(DialFailed), "Could not reach {Peer} at {Endpoint}: {Reason} {Detail}",
            ("Peer", peer), ("Endpoint", endpoint), ("Reason", reason), ("Detail", detail));

    // 3000: requests of peers
    public void RequestServed(object peer, string operation, object? path, long bytes = 0, TimeSpan duration = default) =>
        Write(PeerLogLevel.Debug, 3000, nameof(RequestServed), "{Operation} {Path} for {Peer}: {Bytes} bytes in {Duration}",
            ("Operation", operation), ("Path", path), ("Peer", peer), ("Bytes", bytes), ("Duration", duration));

    public void RequestDenied(object peer, string operation, object? path, object? reason = null) =>
        Write(PeerLogLevel.Warning, 3001, nameof(RequestDenied), "Denied {Operation} {Path} to {Peer}: {Reason}",
            ("Operation", operation), ("Path", path), ("Peer", peer), ("Reason", reason));

    public void RequestFailed(object peer, string operation, object? path, object reason, string? detail = null) =>
        Write(PeerLogLevel.Warning, 3002, nameof(RequestFailed), "{Operation} {Path} for {Peer} failed: {Reason} {Detail}",
            ("Operation", operation), ("Path", path), ("Peer", peer), ("Reason", reason), ("Detail", detail));

    public void ProtocolViolated(object? peer, object? endpoint, string detail) =>
        Write(PeerLogLevel.Warning, 3003, nameof(ProtocolViolated), "{Peer} at {Endpoint} broke the protocol: {Detail}",
            ("Peer", peer), ("Endpoint", endpoint), ("Detail", detail));

    // 4000: transfers. Those that go well are Debug: there may be tens of thousands a second, and the audit has each.
    public void TransferStarted(object id, object direction, object peer, object? path, long length) =>
        Write(PeerLogLevel.Debug, 4000, nameof(TransferStarted), "{Direction} {Path} with {Peer} started: {Length} bytes",
            ("Transfer", id), ("Direction", direction), ("Path", path), ("Peer", peer), ("Length", length));

    public void TransferCompleted(object id, object direction, object peer, object? path, long bytes, TimeSpan duration, object? hash = null) =>
        Write(PeerLogLevel.Debug, 4001, nameof(TransferCompleted), "{Direction} {Path} with {Peer} done: {Bytes} bytes in {Duration}",
            ("Transfer", id), ("Direction", direction), ("Path", path), ("Peer", peer), ("Bytes", bytes),
            ("Duration", duration), ("Hash", hash));

    public void JobEnded(object direction, long files, long bytes, TimeSpan duration) =>
        Write(PeerLogLevel.Information, 4003, nameof(JobEnded), "{Direction}: {Files} files, {Bytes} bytes in {Duration}",
            ("Direction", direction), ("Files", files), ("Bytes", bytes), ("Duration", duration));

    public void StreamServed(object peer, string operation, long files, long bytes, TimeSpan duration) =>
        Write(PeerLogLevel.Information, 3004, nameof(StreamServed), "{Operation} for {Peer}: {Files} files, {Bytes} bytes in {Duration}",
            ("Operation", operation), ("Peer", peer), ("Files", files), ("Bytes", bytes), ("Duration", duration));

    public void TransferFailed(object id, object direction, object? peer, object? path, object error, string? detail = null) =>
        Write(PeerLogLevel.Warning, 4002, nameof(TransferFailed), "{Direction} {Path} with {Peer} failed: {Error} {Detail}",
            ("Transfer", id), ("Direction", direction), ("Path", path), ("Peer", peer), ("Error", error), ("Detail", detail));

    public void GroupRefused(object source, object path, long group) =>
        Write(PeerLogLevel.Warning, 4004, nameof(GroupRefused), "{Source} sent wrong bytes for group {Group} of {Path}",
            ("Source", source), ("Group", group), ("Path", path));

    public void SourceDropped(object source, object path, object reason, string? detail = null) =>
        Write(PeerLogLevel.Warning, 4005, nameof(SourceDropped), "{Source} is no source of {Path} any more: {Reason} {Detail}",
            ("Source", source), ("Path", path), ("Reason", reason), ("Detail", detail));

    public void SourcesGathered(object id, object path, long sources, long found) =>
        Write(PeerLogLevel.Information, 4006, nameof(SourcesGathered), "{Path} came from {Sources} sources; {Found} bytes were there",
            ("Transfer", id), ("Path", path), ("Sources", sources), ("Found", found));

    // 5000: trust
    public void PeerAdded(object peer, string name, object allow) =>
        Write(PeerLogLevel.Information, 5000, nameof(PeerAdded), "Peer {Name} {Peer} added, may {Allow}",
            ("Peer", peer), ("Name", name), ("Allow", allow));

    public void PeerChanged(object peer, string name) =>
        Write(PeerLogLevel.Information, 5001, nameof(PeerChanged), "Peer {Name} {Peer} changed", ("Peer", peer), ("Name", name));

    public void PeerRemoved(object peer, string name) =>
        Write(PeerLogLevel.Information, 5002, nameof(PeerRemoved), "Peer {Name} {Peer} removed", ("Peer", peer), ("Name", name));

    public void TicketCreated(string ticketId, object allow, DateTimeOffset expires) =>
        Write(PeerLogLevel.Information, 5010, nameof(TicketCreated), "Ticket {Ticket} made, allows {Allow} until {Expires}",
            ("Ticket", ticketId), ("Allow", allow), ("Expires", expires));

    public void TicketRedeemed(string ticketId, object peer) =>
        Write(PeerLogLevel.Information, 5011, nameof(TicketRedeemed), "Ticket {Ticket} redeemed by {Peer}",
            ("Ticket", ticketId), ("Peer", peer));

    public void TicketRefused(string? ticketId, object peer, object reason) =>
        Write(PeerLogLevel.Warning, 5012, nameof(TicketRefused), "Ticket {Ticket} of {Peer} refused: {Reason}",
            ("Ticket", ticketId), ("Peer", peer), ("Reason", reason));

    public void TicketRevoked(string ticketId) =>
        Write(PeerLogLevel.Information, 5013, nameof(TicketRevoked), "Ticket {Ticket} revoked", ("Ticket", ticketId));

    public void CodeOpened(string codeId, object allow, DateTimeOffset expires) =>
        Write(PeerLogLevel.Information, 5020, nameof(CodeOpened), "Pairing code {Code} shown, allows {Allow} until {Expires}",
            ("Code", codeId), ("Allow", allow), ("Expires", expires));

    public void CodeUsed(string codeId, object peer) =>
        Write(PeerLogLevel.Information, 5021, nameof(CodeUsed), "Pairing code {Code} used by {Peer}", ("Code", codeId), ("Peer", peer));

    public void CodeBurnt(string codeId, object peer) =>
        Write(PeerLogLevel.Warning, 5022, nameof(CodeBurnt), "Pairing code {Code} is burnt: the attempt of {Peer} failed",
            ("Code", codeId), ("Peer", peer));

    public void CodeClosed(string codeId) =>
        Write(PeerLogLevel.Information, 5023, nameof(CodeClosed), "Pairing code {Code} withdrawn", ("Code", codeId));

    public void PairingRefused(object peer, object reason) =>
        Write(PeerLogLevel.Warning, 5024, nameof(PairingRefused), "Pairing with {Peer} refused: {Reason}", ("Peer", peer), ("Reason", reason));

    // 6000: shares and the store
    public void ShareAdded(string share, string path) =>
        Write(PeerLogLevel.Information, 6000, nameof(ShareAdded), "Share {Share} serves {Path}", ("Share", share), ("Path", path));

    public void ShareRemoved(string share) =>
        Write(PeerLogLevel.Information, 6001, nameof(ShareRemoved), "Share {Share} removed", ("Share", share));

    public void ShareTroubled(string share, string problem) =>
        Write(PeerLogLevel.Warning, 6002, nameof(ShareTroubled), "Share {Share} cannot be served: {Problem}",
            ("Share", share), ("Problem", problem));

    public void StoreRepaired(string store, string what) =>
        Write(PeerLogLevel.Warning, 6010, nameof(StoreRepaired), "Store {Store}: {What}", ("Store", store), ("What", what));

    // 9000: everything else
    public void Step(string message) =>
        Write(PeerLogLevel.Verbose, 9000, nameof(Step), "{Message}", ("Message", message));

    public void Detail(string message) =>
        Write(PeerLogLevel.Debug, 9001, nameof(Detail), "{Message}", ("Message", message));

    public void Warning(string what) =>
        Write(PeerLogLevel.Warning, 9002, nameof(Warning), "{What}", ("What", what));

    public void Warning(Exception failure, string what) =>
        Write(PeerLogLevel.Warning, 9002, nameof(Warning), "{What}: {Failure}", ("What", what), ("Failure", failure));

    public void Failure(Exception failure, string what) =>
        Write(PeerLogLevel.Error, 9003, nameof(Failure), "{What}: {Failure}", ("What", what), ("Failure", failure));
}
