using System.Buffers;

namespace PSPeerShare.Core.Protocol;

/// <summary>A rented array with a length. One owner at a time; disposing twice is harmless, using it afterwards throws.</summary>
internal sealed class PooledBuffer : IDisposable
{
    private byte[]? _array;
    private int _length;

    private PooledBuffer(byte[] array, int length)
    {
        _array = array;
        _length = length;
    }

    /// <summary>Bytes in use; may be set to anything up to <see cref="Capacity"/>.</summary>
    public int Length
    {
        get => _length;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Capacity);
            _length = value;
        }
    }

    public int Capacity => Array.Length;

    public Memory<byte> Memory => Array.AsMemory(0, _length);

    public Span<byte> Span => Array.AsSpan(0, _length);

    private byte[] Array => _array ?? throw new ObjectDisposedException(nameof(PooledBuffer));

    /// <summary>The content is whatever was there before.</summary>
    public static PooledBuffer Rent(int length) => new(ArrayPool<byte>.Shared.Rent(length), length);

    public static PooledBuffer CopyOf(ReadOnlySpan<byte> bytes)
    {
        PooledBuffer buffer = Rent(bytes.Length);
        bytes.CopyTo(buffer.Span);
        return buffer;
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _array, null) is { } array)
        {
            ArrayPool<byte>.Shared.Return(array);
        }
    }
}
