namespace PSPeerShare.Core.Discovery.Dns;

/// <summary>A DNS message as multicast DNS has it; records of other types and classes are left out.</summary>
internal sealed record DnsMessage
{
    /// <summary>The largest datagram (RFC 6762 section 17).</summary>
    public const int MaximumBytes = 9000;

    /// <summary>Questions and records of a message together; what is longer is dropped.</summary>
    public const int MaximumItems = 512;

    public ushort Id { get; init; }

    public bool IsResponse { get; init; }

    /// <summary>In a query: more known answers follow.</summary>
    public bool IsTruncated { get; init; }

    public IReadOnlyList<DnsQuestion> Questions { get; init; } = [];

    /// <summary>Answers, or in a query what the asker knows.</summary>
    public IReadOnlyList<DnsRecord> Answers { get; init; } = [];

    /// <summary>In a query: what the asker is about to claim.</summary>
    public IReadOnlyList<DnsRecord> Claims { get; init; } = [];

    public IReadOnlyList<DnsRecord> Additional { get; init; } = [];
}
