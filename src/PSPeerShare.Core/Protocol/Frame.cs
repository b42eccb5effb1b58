namespace PSPeerShare.Core.Protocol;

/// <summary>A frame as the reader hands it out: valid until the reader is used again, unless the payload is taken.</summary>
internal readonly ref struct Frame
{
    private readonly FrameReader _reader;

    internal Frame(FrameReader reader, FrameHeader header, ReadOnlySpan<byte> payload)
    {
        _reader = reader;
        Header = header;
        Payload = payload;
    }

    public FrameHeader Header { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The payload to keep: the buffer it was read into when it was large, a copy when it was small.</summary>
    public PooledBuffer TakePayload() => _reader.TakeLarge() ?? PooledBuffer.CopyOf(Payload);
}
