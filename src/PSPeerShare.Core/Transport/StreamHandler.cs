namespace PSPeerShare.Core.Transport;

/// <summary>
/// Answers one stream that the other side opened. Runs on the thread pool; what it throws becomes an Error frame and
/// never ends the connection. The stream and the opening frame are disposed of when it returns.
/// </summary>
/// <param name="stream">Where to answer.</param>
/// <param name="opening">The first frame.</param>
/// <param name="cancellationToken">Set when the other side gives the stream up or the connection ends.</param>
internal delegate Task StreamHandler(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken);
