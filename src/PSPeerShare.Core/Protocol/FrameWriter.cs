using Google.Protobuf;

namespace PSPeerShare.Core.Protocol;

/// <summary>Turns messages into payloads and frames. Refuses what the other side would have to refuse.</summary>
internal static class FrameWriter
{
    /// <summary>The message as the payload of a frame of that type.</summary>
    public static PooledBuffer Encode(FrameType type, IMessage message)
    {
        int length = message.CalculateSize();
        if (length > FrameRules.MaxPayloadBytes(type, SessionKind.Main))
        {
            throw new ArgumentException($"{type} of {length} bytes does not fit a control frame");
        }
        PooledBuffer payload = PooledBuffer.Rent(length);
        message.WriteTo(payload.Span);
        return payload;
    }

    /// <summary>Header and payload in one array; for handshakes and tests, where nothing needs to be saved.</summary>
    public static byte[] EncodeFrame(FrameType type, FrameFlags flags, uint streamId, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[FrameHeader.SizeInBytes + payload.Length];
        new FrameHeader(payload.Length, type, flags, streamId).Write(frame);
        payload.CopyTo(frame.AsSpan(FrameHeader.SizeInBytes));
        return frame;
    }

    public static byte[] EncodeFrame(FrameType type, FrameFlags flags, uint streamId, IMessage message) =>
        EncodeFrame(type, flags, streamId, message.ToByteArray());
}
