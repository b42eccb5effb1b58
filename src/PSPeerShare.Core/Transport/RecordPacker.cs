using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// Writes frames so that TLS records are full: small frames share a record, and of a large payload only what completes
/// a record is copied. Knows no order and no limits.
/// </summary>
internal sealed class RecordPacker(Stream output) : IDisposable
{
    private const int RecordBytes = 16 * 1024;

    private byte[]? _record;
    private int _filled;

    public void Write(in FrameHeader header, ReadOnlySpan<byte> payload)
    {
        Span<byte> bytes = stackalloc byte[FrameHeader.SizeInBytes];
        header.Write(bytes);
        Append(bytes);
        Append(payload);
    }

    /// <summary>Writes the started record, and gives its buffer back until there is more.</summary>
    public void Flush()
    {
        WriteRecord();
        Dispose();
    }

    public void Dispose()
    {
        if (_record is { } record)
        {
            _record = null;
            TrafficBuffers.Return(record);
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_filled > 0)
        {
            bytes = bytes[Copy(bytes)..];
        }
        int whole = bytes.Length - (bytes.Length % RecordBytes);
        if (whole > 0)
        {
            output.Write(bytes[..whole]);
            bytes = bytes[whole..];
        }
        Copy(bytes);
    }

    private int Copy(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return 0;
        }
        _record ??= TrafficBuffers.Rent(RecordBytes);
        int count = Math.Min(bytes.Length, RecordBytes - _filled);
        bytes[..count].CopyTo(_record.AsSpan(_filled));
        _filled += count;
        if (_filled == RecordBytes)
        {
            WriteRecord();
        }
        return count;
    }

    private void WriteRecord()
    {
        if (_filled > 0)
        {
            int count = _filled;
            _filled = 0;
            output.Write(_record.AsSpan(0, count));
        }
    }
}
