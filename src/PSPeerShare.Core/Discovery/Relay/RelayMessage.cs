using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Discovery.Relay;

/// <summary>One message of Syncthing's relay protocol, version 1: a header of 12 bytes and an XDR body.</summary>
internal sealed record RelayMessage(RelayType Type, byte[] Body)
{
    public const int HeaderBytes = 12;
    public const int BodyBytes = 1024;
    public const int KeyBytes = 32;

    private const uint Magic = 0x9E79BC40;

    public static RelayMessage Pong { get; } = new(RelayType.Pong, []);

    public static RelayMessage JoinRelay { get; } = new(RelayType.JoinRelay, []);

    public static RelayMessage Connect(NodeId to) => new(RelayType.Connect, Opaque(to.ToArray()));

    public static RelayMessage JoinSession(byte[] key) => new(RelayType.JoinSession, Opaque(key));

    public byte[] ToBytes()
    {
        byte[] bytes = new byte[HeaderBytes + Body.Length];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(4), (int)Type);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(8), Body.Length);
        Body.CopyTo(bytes, HeaderBytes);
        return bytes;
    }

    /// <summary>What a header announces; false when it is none or its body is too long.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> header, out RelayType type, out int bodyBytes)
    {
        type = (RelayType)BinaryPrimitives.ReadInt32BigEndian(header[4..]);
        bodyBytes = BinaryPrimitives.ReadInt32BigEndian(header[8..]);
        return BinaryPrimitives.ReadUInt32BigEndian(header) == Magic && bodyBytes is >= 0 and <= BodyBytes;
    }

    /// <summary>The code of a response: 0 is success.</summary>
    public bool TryReadResponse(out int code)
    {
        code = Type == RelayType.Response && Body.Length >= 4 ? BinaryPrimitives.ReadInt32BigEndian(Body) : -1;
        return code >= 0;
    }

    /// <summary>An invitation. The address in it is passed over: a relay is where it was dialled, and sends nobody elsewhere.</summary>
    public bool TryReadInvitation([NotNullWhen(true)] out RelayInvitation? invitation)
    {
        invitation = null;
        ReadOnlySpan<byte> rest = Body;
        if (Type != RelayType.Invitation || !TryOpaque(ref rest, out byte[] from) || from.Length != NodeId.SizeInBytes
            || !TryOpaque(ref rest, out byte[] key) || key.Length is 0 or > KeyBytes || !TryOpaque(ref rest, out _) || rest.Length < 8)
        {
            return false;
        }

        uint port = BinaryPrimitives.ReadUInt32BigEndian(rest);
        bool isServer = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]) != 0;
        if (port is 0 or > ushort.MaxValue)
        {
            return false;
        }

        invitation = new RelayInvitation(NodeId.FromBytes(from), key, (int)port, isServer);
        return true;
    }

    private static byte[] Opaque(byte[] bytes) =>
        [0, 0, 0, (byte)bytes.Length, .. bytes, .. new byte[(4 - (bytes.Length % 4)) % 4]];

    private static bool TryOpaque(ref ReadOnlySpan<byte> rest, out byte[] bytes)
    {
        bytes = [];
        if (rest.Length < 4)
        {
            return false;
        }

        uint length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        long padded = ((long)length + 3) / 4 * 4;
        if (padded > rest.Length - 4)
        {
            return false;
        }

        bytes = rest.Slice(4, (int)length).ToArray();
        rest = rest[(4 + (int)padded)..];
        return true;
    }
}
