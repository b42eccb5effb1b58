namespace PSPeerShare.Remoting;

/// <summary>A home at the other end of a session.</summary>
/// <param name="NodeId">Its full node id.</param>
/// <param name="Name">What it calls itself.</param>
/// <param name="Address">Where it is reached, judged by the session.</param>
internal sealed record RemoteIdentity(string NodeId, string Name, string Address);
