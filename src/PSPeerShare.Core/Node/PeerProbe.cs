using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Node;

/// <summary>What trying to reach a peer showed.</summary>
/// <param name="Peer">The peer's name, or what the user named.</param>
/// <param name="NodeId">The id that answered, or that was expected.</param>
/// <param name="IsReachable">Whether a session could be opened in both directions of trust.</param>
/// <param name="Address">The address that was used.</param>
/// <param name="RoundTrip">One round trip inside the session.</param>
/// <param name="TlsVersion">For example <c>TLS 1.3</c>.</param>
/// <param name="CipherSuite">The IANA name of the suite.</param>
/// <param name="Software">The peer's agent text, printable.</param>
/// <param name="ClockDifference">The peer's clock minus this one.</param>
/// <param name="Error">Why it failed, or <see langword="null"/>.</param>
public sealed record PeerProbe(
    string Peer,
    NodeId? NodeId,
    bool IsReachable,
    string? Address,
    TimeSpan? RoundTrip,
    string? TlsVersion,
    string? CipherSuite,
    string? Software,
    TimeSpan? ClockDifference,
    PeerShareException? Error)
{
    /// <summary>How the address that was used became known; <see langword="null"/> when none led there.</summary>
    public PeerPath? Path { get; init; }

    /// <summary>The addresses that were tried in vain.</summary>
    public IReadOnlyList<DialAttempt> Attempts { get; init; } = [];
}
