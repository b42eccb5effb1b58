using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace PSPeerShare.Core.Discovery.Dns;

/// <summary>One record of class IN. Its data is in wire form with names written out, so that data can be compared.</summary>
/// <param name="Name">The owner.</param>
/// <param name="Type">What the data is.</param>
/// <param name="Data">Of a length and form that fits the type.</param>
/// <param name="Seconds">How long it holds; 0 takes it back.</param>
/// <param name="IsUnique">Whether its owner alone has it, and caches forget what they had (RFC 6762 section 10.2).</param>
internal sealed record DnsRecord(DnsName Name, DnsType Type, byte[] Data, uint Seconds, bool IsUnique)
{
    private const int SrvHeadBytes = 6;

    /// <summary>The name that a PTR or an SRV leads to.</summary>
    public DnsName Target => DnsName.FromWire(Data.AsSpan(Type == DnsType.Srv ? SrvHeadBytes : 0));

    /// <summary>The port of an SRV.</summary>
    public ushort Port => BinaryPrimitives.ReadUInt16BigEndian(Data.AsSpan(4));

    /// <summary>The address of an A or an AAAA.</summary>
    public IPAddress Address => new(Data);

    public static DnsRecord Ptr(DnsName name, DnsName target, uint seconds) =>
        new(name, DnsType.Ptr, target.Wire.ToArray(), seconds, IsUnique: false);

    public static DnsRecord Srv(DnsName name, ushort port, DnsName target, uint seconds)
    {
        byte[] data = [0, 0, 0, 0, (byte)(port >> 8), (byte)port, .. target.Wire];
        return new DnsRecord(name, DnsType.Srv, data, seconds, IsUnique: true);
    }

    /// <summary>A TXT of strings of at most 255 bytes each; without any, of one that is empty (RFC 6763 section 6.1).</summary>
    public static DnsRecord Txt(DnsName name, IEnumerable<string> texts, uint seconds)
    {
        byte[] data = [.. texts.Select(Encoding.UTF8.GetBytes).SelectMany(text => (byte[])[checked((byte)text.Length), .. text])];
        return new DnsRecord(name, DnsType.Txt, data.Length == 0 ? [0] : data, seconds, IsUnique: true);
    }

    public static DnsRecord Host(DnsName name, IPAddress address, uint seconds)
    {
        byte[] data = address.GetAddressBytes();
        return new DnsRecord(name, data.Length == 4 ? DnsType.A : DnsType.Aaaa, data, seconds, IsUnique: true);
    }

    /// <summary>The value of a TXT's key, the first where there are several (RFC 6763 section 6.4).</summary>
    public string? Text(string key)
    {
        for (int at = 0; at < Data.Length; at += Data[at] + 1)
        {
            ReadOnlySpan<byte> text = Data.AsSpan(at + 1, Math.Min(Data[at], Data.Length - at - 1));
            int equals = text.IndexOf((byte)'=');
            if (equals > 0 && Ascii.EqualsIgnoreCase(text[..equals], key))
            {
                return Encoding.UTF8.GetString(text[(equals + 1)..]);
            }
        }

        return null;
    }

    /// <summary>Whether both say the same, for whatever time.</summary>
    public bool Says(DnsRecord other) => Type == other.Type && Name.Equals(other.Name) && Data.AsSpan().SequenceEqual(other.Data);
}
