using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace PSPeerShare.Core.Discovery.Dns;

/// <summary>
/// Reads a datagram that anyone may have sent. Work and memory are bounded by its length: names end after 255 bytes,
/// pointers lead strictly backwards, and there are at most <see cref="DnsMessage.MaximumItems"/> items.
/// </summary>
internal ref struct DnsReader
{
    private const int HeaderBytes = 12;
    private const ushort ClassIn = 1;
    private const ushort ClassAny = 255;
    private const ushort TopBit = 0x8000;
    private const ushort Truncated = 0x0200;
    private const ushort OperationAndFailure = 0x780F;

    private readonly ReadOnlySpan<byte> _datagram;
    private int _at;

    private DnsReader(ReadOnlySpan<byte> datagram)
    {
        _datagram = datagram;
        _at = HeaderBytes;
    }

    /// <summary>The message, or false for what is none or no business of multicast DNS.</summary>
    public static bool TryRead(ReadOnlySpan<byte> datagram, [NotNullWhen(true)] out DnsMessage? message)
    {
        message = null;
        if (datagram.Length is < HeaderBytes or > DnsMessage.MaximumBytes)
        {
            return false;
        }

        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        Span<int> counts = stackalloc int[4];
        int items = 0;
        for (int i = 0; i < counts.Length; i++)
        {
            items += counts[i] = BinaryPrimitives.ReadUInt16BigEndian(datagram[(4 + (2 * i))..]);
        }

        if ((flags & OperationAndFailure) != 0 || items > DnsMessage.MaximumItems)
        {
            return false;
        }

        DnsReader reader = new(datagram);
        if (!reader.TryQuestions(counts[0], out List<DnsQuestion> questions)
            || !reader.TryRecords(counts[1], out List<DnsRecord> answers)
            || !reader.TryRecords(counts[2], out List<DnsRecord> claims)
            || !reader.TryRecords(counts[3], out List<DnsRecord> additional))
        {
            return false;
        }

        message = new DnsMessage
        {
            Id = BinaryPrimitives.ReadUInt16BigEndian(datagram),
            IsResponse = (flags & TopBit) != 0,
            IsTruncated = (flags & Truncated) != 0,
            Questions = questions,
            Answers = answers,
            Claims = claims,
            Additional = additional,
        };
        return true;
    }

    private bool TryQuestions(int count, out List<DnsQuestion> questions)
    {
        questions = [];
        for (int i = 0; i < count; i++)
        {
            if (!TryName(_datagram.Length, out DnsName? name) || !TryNumber(out ushort type) || !TryNumber(out ushort @class))
            {
                return false;
            }

            if ((@class & ~TopBit) is ClassIn or ClassAny)
            {
                questions.Add(new DnsQuestion(name, (DnsType)type));
            }
        }

        return true;
    }

    private bool TryRecords(int count, out List<DnsRecord> records)
    {
        records = [];
        for (int i = 0; i < count; i++)
        {
            if (!TryName(_datagram.Length, out DnsName? name) || !TryNumber(out ushort type) || !TryNumber(out ushort @class)
                || !TryNumber(out ushort high) || !TryNumber(out ushort low) || !TryNumber(out ushort length)
                || _at + length > _datagram.Length)
            {
                return false;
            }

            int end = _at + length;
            bool isWanted = (@class & ~TopBit) == ClassIn && (DnsType)type is DnsType.A or DnsType.Aaaa or DnsType.Ptr or DnsType.Srv or DnsType.Txt;
            if (isWanted)
            {
                if (!TryData((DnsType)type, end, out byte[]? data))
                {
                    return false;
                }

                records.Add(new DnsRecord(name, (DnsType)type, data, ((uint)high << 16) | low, (@class & TopBit) != 0));
            }

            _at = end;
        }

        return true;
    }

    private bool TryData(DnsType type, int end, [NotNullWhen(true)] out byte[]? data)
    {
        data = null;
        ReadOnlySpan<byte> raw = _datagram[_at..end];
        switch (type)
        {
            case DnsType.A when raw.Length == 4:
            case DnsType.Aaaa when raw.Length == 16:
            case DnsType.Txt when raw.Length > 0:
                data = raw.ToArray();
                return true;
            case DnsType.Ptr:
                return TryTarget([], end, ref data);
            case DnsType.Srv when raw.Length > 6:
                _at += 6;
                return TryTarget(raw[..6], end, ref data);
            default:
                return false;
        }
    }

    private bool TryTarget(ReadOnlySpan<byte> head, int end, ref byte[]? data)
    {
        if (!TryName(end, out DnsName? target) || _at != end)
        {
            return false;
        }

        data = [.. head, .. target.Wire];
        return true;
    }

    private bool TryNumber(out ushort number)
    {
        number = 0;
        if (_at + 2 > _datagram.Length)
        {
            return false;
        }

        number = BinaryPrimitives.ReadUInt16BigEndian(_datagram[_at..]);
        _at += 2;
        return true;
    }

    private bool TryName(int end, [NotNullWhen(true)] out DnsName? name)
    {
        name = null;
        Span<byte> wire = stackalloc byte[DnsName.MaximumBytes];
        int written = 0;
        int at = _at;
        int before = _at;
        bool isElsewhere = false;
        while (at < end)
        {
            int length = _datagram[at];
            if (length >= 0xC0)
            {
                if (at + 2 > end)
                {
                    return false;
                }

                int target = ((length & 0x3F) << 8) | _datagram[at + 1];
                if (target >= before)
                {
                    return false;
                }

                _at = isElsewhere ? _at : at + 2;
                isElsewhere = true;
                end = before;
                before = at = target;
                continue;
            }

            if (length > DnsName.LabelBytes || at + 1 + length > end || written + 1 + length > DnsName.MaximumBytes - (length == 0 ? 0 : 1))
            {
                return false;
            }

            _datagram.Slice(at, length + 1).CopyTo(wire[written..]);
            written += length + 1;
            at += length + 1;
            if (length == 0)
            {
                _at = isElsewhere ? _at : at;
                name = DnsName.FromWire(wire[..written]);
                return true;
            }
        }

        return false;
    }
}
