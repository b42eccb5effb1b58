using System.Buffers.Binary;

namespace PSPeerShare.Core.Protocol;

/// <summary>The twelve bytes before every payload, big endian: u32 length, u8 type, u8 flags, u16 zero, u32 stream id.</summary>
/// <param name="Length">Bytes of payload that follow.</param>
/// <param name="Type">What the payload is.</param>
/// <param name="Flags">Whether the sender ends its direction of the stream.</param>
/// <param name="StreamId">0 for the connection; odd ids are opened by the dialler, even ids by the acceptor.</param>
internal readonly record struct FrameHeader(int Length, FrameType Type, FrameFlags Flags, uint StreamId)
{
    public const int SizeInBytes = 12;

    public bool IsLast => (Flags & FrameFlags.Last) != 0;

    /// <summary>What the frame takes from the stream's credit, when it counts at all.</summary>
    public int Cost => Length + SizeInBytes;

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)Length);
        destination[4] = (byte)Type;
        destination[5] = (byte)Flags;
        destination[6] = 0;
        destination[7] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(destination[8..], StreamId);
    }

    /// <summary>Reads twelve bytes; refuses what no frame of any state may have.</summary>
    public static FrameHeader Read(ReadOnlySpan<byte> source)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(source);
        if (length > Limits.DataPayloadBytes)
        {
            throw new ProtocolFaultException(CloseReason.FrameTooLarge, $"a frame of {length} bytes");
        }
        if ((source[5] & ~(byte)FrameFlags.Last) != 0 || source[6] != 0 || source[7] != 0)
        {
            throw new ProtocolFaultException(CloseReason.MalformedFrame, "undefined header bits are set");
        }
        return new FrameHeader(
            (int)length, (FrameType)source[4], (FrameFlags)source[5], BinaryPrimitives.ReadUInt32BigEndian(source[8..]));
    }
}
