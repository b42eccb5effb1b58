using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace PSPeerShare.Core.Content;

/// <summary>
/// What a file is known by: the 32-byte BLAKE3 hash of its content, as <c>b3sum</c> prints it.
/// </summary>
/// <remarks>An immutable value without a heap object; safe to share between threads.</remarks>
public readonly struct ContentHash : IEquatable<ContentHash>
{
    /// <summary>The length of a hash in bytes.</summary>
    public const int SizeInBytes = 32;

    private const int HexDigits = 2 * SizeInBytes;

    private readonly ulong _first;
    private readonly ulong _second;
    private readonly ulong _third;
    private readonly ulong _fourth;

    private ContentHash(ReadOnlySpan<byte> bytes)
    {
        _first = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        _second = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        _third = BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]);
        _fourth = BinaryPrimitives.ReadUInt64LittleEndian(bytes[24..]);
    }

    /// <summary>True for the default value, which stands for "not hashed yet". No known content has it.</summary>
    public bool IsEmpty => (_first | _second | _third | _fourth) == 0;

    /// <summary>Reads a hash from exactly 32 bytes.</summary>
    /// <exception cref="ArgumentException">The span is shorter or longer.</exception>
    public static ContentHash FromBytes(ReadOnlySpan<byte> bytes) => bytes.Length == SizeInBytes
        ? new ContentHash(bytes)
        : throw new ArgumentException($"A content hash has {SizeInBytes} bytes, not {bytes.Length}.", nameof(bytes));

    /// <summary>Reads 64 hexadecimal digits of either case, nothing before, between or after them.</summary>
    public static bool TryParse([NotNullWhen(true)] string? hex, out ContentHash hash)
    {
        Span<byte> bytes = stackalloc byte[SizeInBytes];
        if (hex is not { Length: HexDigits }
            || Convert.FromHexString(hex, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            hash = default;
            return false;
        }

        hash = new ContentHash(bytes);
        return true;
    }

    /// <summary>Reads 64 hexadecimal digits of either case.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.HashInvalid"/>: the text is anything else.</exception>
    public static ContentHash Parse(string hex) => TryParse(hex, out var hash)
        ? hash
        : throw new PeerShareException(PeerError.HashInvalid, hex);

    /// <summary>Writes the 32 bytes to the front of a span.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The span is shorter than a hash.</exception>
    public void CopyTo(Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, SizeInBytes, nameof(destination));
        BinaryPrimitives.WriteUInt64LittleEndian(destination, _first);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], _second);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], _third);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[24..], _fourth);
    }

    /// <summary>The 32 bytes in a new array.</summary>
    public byte[] ToArray()
    {
        var bytes = new byte[SizeInBytes];
        CopyTo(bytes);
        return bytes;
    }

    /// <summary>The hash as 64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[SizeInBytes];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <inheritdoc/>
    public bool Equals(ContentHash other) =>
        ((_first ^ other._first) | (_second ^ other._second) | (_third ^ other._third) | (_fourth ^ other._fourth)) == 0;

    /// <inheritdoc/>
    public override bool Equals([NotNullWhen(true)] object? obj) => obj is ContentHash other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_first, _second);

    /// <summary>True when both stand for the same content.</summary>
    public static bool operator ==(ContentHash left, ContentHash right) => left.Equals(right);

    /// <summary>True when the two stand for different contents.</summary>
    public static bool operator !=(ContentHash left, ContentHash right) => !left.Equals(right);
}
