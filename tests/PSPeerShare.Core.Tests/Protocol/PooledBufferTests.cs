using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Tests.Protocol;

public sealed class PooledBufferTests
{
    [Fact]
    public void A_disposed_buffer_cannot_be_used_and_disposing_twice_is_harmless()
    {
        PooledBuffer buffer = PooledBuffer.Rent(100);
        Assert.Equal(100, buffer.Span.Length);

        buffer.Dispose();
        buffer.Dispose();

        Assert.Throws<ObjectDisposedException>(() => buffer.Memory);
    }

    [Fact]
    public void The_length_stays_within_the_array()
    {
        using PooledBuffer buffer = PooledBuffer.Rent(100);

        buffer.Length = buffer.Capacity;

        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Length = buffer.Capacity + 1);
        Assert.Throws<ArgumentOutOfRangeException>(() => buffer.Length = -1);
    }
}
