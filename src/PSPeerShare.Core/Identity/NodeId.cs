using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PSPeerShare.Core.Identity;

/// <summary>
/// Who a node is: the SHA-256 of its certificate (DER), written as a Syncthing device id of 56 base32 symbols with
/// a check symbol in each quarter, in eight groups of seven. Only full ids are read, so a shortened or mistyped one
/// can never become trust.
/// </summary>
public readonly struct NodeId : IEquatable<NodeId>
{
    /// <summary>Bytes in an id.</summary>
    public const int SizeInBytes = 32;

    private readonly ulong first;
    private readonly ulong second;
    private readonly ulong third;
    private readonly ulong fourth;

    private NodeId(ReadOnlySpan<byte> bytes)
    {
        first = BinaryPrimitives.ReadUInt64BigEndian(bytes);
        second = BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        third = BinaryPrimitives.ReadUInt64BigEndian(bytes[16..]);
        fourth = BinaryPrimitives.ReadUInt64BigEndian(bytes[24..]);
    }

    /// <summary>Whether this is no id at all.</summary>
    public bool IsEmpty => (first | second | third | fourth) == 0;

    /// <summary>The first seven symbols: enough for people to tell nodes apart, never enough for trust.</summary>
    public string ShortId => IsEmpty ? string.Empty : ToString()[..7];

    /// <summary>The id of the node that owns a certificate.</summary>
    public static NodeId FromCertificate(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        Span<byte> hash = stackalloc byte[SizeInBytes];
        SHA256.HashData(certificate.RawDataMemory.Span, hash);
        return new NodeId(hash);
    }

    /// <summary>An id from its 32 bytes.</summary>
    /// <exception cref="ArgumentException">There are not 32 bytes.</exception>
    public static NodeId FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeInBytes)
        {
            throw new ArgumentException("A node id has 32 bytes.", nameof(bytes));
        }

        return new NodeId(bytes);
    }

    /// <summary>Reads a full id. Dashes, spaces and case do not matter; 0, 1 and 8 are read as O, I and B.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out NodeId id)
    {
        Span<byte> bytes = stackalloc byte[SizeInBytes];
        id = NodeIdText.TryRead(text, bytes) ? new NodeId(bytes) : default;
        return !id.IsEmpty;
    }

    /// <summary>Reads a full id.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.NodeIdInvalid"/>.</exception>
    public static NodeId Parse(string text) =>
        TryParse(text, out NodeId id)
            ? id
            : throw new PeerShareException(
                PeerError.NodeIdInvalid,
                Diagnostics.Printable.Escape(text, 80),
                "a node id has 56 letters and digits in 8 groups, and each quarter carries a check symbol");

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, first);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], second);
        BinaryPrimitives.WriteUInt64BigEndian(destination[16..], third);
        BinaryPrimitives.WriteUInt64BigEndian(destination[24..], fourth);
    }

    /// <summary>The 32 bytes.</summary>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[SizeInBytes];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The id as people exchange it, 63 characters; nothing for the empty id.</summary>
    public override string ToString()
    {
        if (IsEmpty)
        {
            return string.Empty;
        }

        return WrittenIds.Of(this, fourth);
    }

    /// <inheritdoc/>
    public bool Equals(NodeId other) =>
        first == other.first && second == other.second && third == other.third && fourth == other.fourth;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is NodeId other && Equals(other);

    // The bytes are a hash already.
    /// <inheritdoc/>
    public override int GetHashCode() => first.GetHashCode();

    /// <summary>Whether two ids are the same node.</summary>
    public static bool operator ==(NodeId left, NodeId right) => left.Equals(right);

    /// <summary>Whether two ids are different nodes.</summary>
    public static bool operator !=(NodeId left, NodeId right) => !left.Equals(right);
}
