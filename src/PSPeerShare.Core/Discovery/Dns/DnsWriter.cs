using System.Buffers.Binary;

namespace PSPeerShare.Core.Discovery.Dns;

/// <summary>Writes messages of this node's own making, with names compressed.</summary>
internal sealed class DnsWriter
{
    private const ushort TopBit = 0x8000;
    private const int Pointers = 0x3FFF;

    private readonly List<byte> _bytes = [];
    private readonly Dictionary<DnsName, int> _names = [];

    private DnsWriter()
    {
    }

    public static byte[] Write(DnsMessage message)
    {
        DnsWriter writer = new();

        // A response is authoritative.
        writer.Number(message.Id);
        writer.Number((ushort)((message.IsResponse ? 0x8400 : 0) | (message.IsTruncated ? 0x0200 : 0)));
        writer.Number((ushort)message.Questions.Count);
        writer.Number((ushort)message.Answers.Count);
        writer.Number((ushort)message.Claims.Count);
        writer.Number((ushort)message.Additional.Count);
        foreach (DnsQuestion question in message.Questions)
        {
            writer.Name(question.Name.Wire);
            writer.Number((ushort)question.Type);
            writer.Number(1);
        }

        foreach (DnsRecord record in message.Answers.Concat(message.Claims).Concat(message.Additional))
        {
            writer.Record(record);
        }

        return [.. writer._bytes];
    }

    private void Record(DnsRecord record)
    {
        Name(record.Name.Wire);
        Number((ushort)record.Type);
        Number((ushort)(1 | (record.IsUnique ? TopBit : 0)));
        Number((ushort)(record.Seconds >> 16));
        Number((ushort)record.Seconds);
        int lengthAt = _bytes.Count;
        Number(0);
        if (record.Type == DnsType.Ptr)
        {
            Name(record.Data);
        }
        else if (record.Type == DnsType.Srv)
        {
            _bytes.AddRange(record.Data.AsSpan(0, 6));
            Name(record.Data.AsSpan(6));
        }
        else
        {
            _bytes.AddRange(record.Data);
        }

        int length = _bytes.Count - lengthAt - 2;
        _bytes[lengthAt] = (byte)(length >> 8);
        _bytes[lengthAt + 1] = (byte)length;
    }

    private void Name(ReadOnlySpan<byte> wire)
    {
        while (wire[0] != 0)
        {
            DnsName rest = DnsName.FromWire(wire);
            if (_names.TryGetValue(rest, out int known))
            {
                Number((ushort)(0xC000 | known));
                return;
            }

            if (_bytes.Count <= Pointers)
            {
                _names.Add(rest, _bytes.Count);
            }

            int length = wire[0] + 1;
            _bytes.AddRange(wire[..length]);
            wire = wire[length..];
        }

        _bytes.Add(0);
    }

    private void Number(ushort number)
    {
        Span<byte> bytes = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, number);
        _bytes.AddRange(bytes);
    }
}
