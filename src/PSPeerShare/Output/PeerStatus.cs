namespace PSPeerShare.Output;

/// <summary>What trying to reach a peer showed.</summary>
/// <remarks>Immutable. Names are as the other side states them; the views escape what could harm a terminal.</remarks>
public sealed class PeerStatus
{
    internal PeerStatus()
    {
    }

    /// <summary>The peer's name, or what was asked for.</summary>
    public string Peer { get; internal init; } = "";

    /// <summary>The id that answered, or that was expected.</summary>
    public string? NodeId { get; internal init; }

    /// <summary>Whether a session could be opened and both sides trust each other.</summary>
    public bool Reachable { get; internal init; }

    /// <summary>The address that was used.</summary>
    public string? Address { get; internal init; }

    /// <summary>How that address became known; nothing when none led there.</summary>
    public PeerPath? Via { get; internal init; }

    /// <summary>The addresses that did not lead there, how they became known and why they failed.</summary>
    public string[] Attempts { get; internal init; } = [];

    /// <summary>One round trip inside the session.</summary>
    public TimeSpan? RoundTrip { get; internal init; }

    /// <summary>For example <c>TLS 1.3</c>.</summary>
    public string? TlsVersion { get; internal init; }

    /// <summary>The IANA name of the cipher suite.</summary>
    public string? CipherSuite { get; internal init; }

    /// <summary>The peer's software and version.</summary>
    public string? Software { get; internal init; }

    /// <summary>The peer's clock minus this one.</summary>
    public TimeSpan? ClockDifference { get; internal init; }

    /// <summary>The id of what failed; docs/errors.md has an entry for it.</summary>
    public string? ErrorId { get; internal init; }

    /// <summary>What failed.</summary>
    public string? Error { get; internal init; }

    /// <summary>What to do about it.</summary>
    public string? RecommendedAction { get; internal init; }

    /// <summary>Same as <see cref="Peer"/>.</summary>
    public override string ToString() => Peer;
}
