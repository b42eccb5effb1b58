namespace PSPeerShare.Core.Discovery.Dns;

/// <summary>One question of class IN.</summary>
/// <param name="Name">About what.</param>
/// <param name="Type">Which records; <see cref="DnsType.Any"/> for all.</param>
internal sealed record DnsQuestion(DnsName Name, DnsType Type)
{
    public bool Asks(DnsRecord record) => (Type == record.Type || Type == DnsType.Any) && Name.Equals(record.Name);
}
