using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>Whom to dial.</summary>
internal sealed record DialTarget
{
    /// <summary>A host name or an address literal.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Who has to answer; null only together with <see cref="IsTrusted"/>.</summary>
    public NodeId? Expected { get; init; }

    /// <summary>Asked about whoever answers, when nobody in particular is expected.</summary>
    public Func<NodeId, bool>? IsTrusted { get; init; }

    public string Alpn { get; init; } = Protocol.Alpn.Main;

    /// <summary>For everything from the name's resolution to HELLO_ACK.</summary>
    public TimeSpan Timeout { get; init; } = Limits.AcceptToHelloAck;

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
