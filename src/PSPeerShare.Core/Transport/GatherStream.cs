using System.Diagnostics;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// Stands between SslStream and the socket. SslStream moves about one record at a time; this moves up to 1 MiB with one
/// system call each way, so that both ends of a bulk transfer work at once. Knows nothing of TLS or frames.
/// </summary>
/// <remarks>
/// Buffers are small while little flows and grow fourfold when they fill. One reader and one writer at a time. During
/// the handshake writes pass straight through; after <see cref="StartGathering"/> they wait for <see cref="Flush"/>.
/// </remarks>
internal sealed class GatherStream : Stream
{
    public const int SmallBytes = 16 * 1024;
    public const int LargeBytes = 1024 * 1024;

    // A read this short ends a bulk phase, and the large buffer goes back to the pool.
    private const int ShortReadBytes = 4 * 1024;

    /// <summary>How long a read waits on its thread.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>
    /// So much may come without a byte for whoever reads above TLS; a record has 16 KiB. A peer that sends nothing but
    /// messages to TLS itself keeps who reads at it without ever coming back.
    /// </summary>
    public const int MostForTlsBytes = 256 * 1024;

    private const int BeginningBytes = 64;
    private const int SmallestSliceBytes = 32 * 1024;

    private static readonly TimeSpan QuickSlice = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SlowSlice = TimeSpan.FromSeconds(1);

    private readonly Stream _inner;
    private readonly Func<TimeSpan, bool> _waitForBytes;
    private readonly Lock _writing = new();
    private byte[]? _read;
    private int _readStart;
    private int _readEnd;
    private bool _isThere;
    private int _forTls;
    private byte[]? _write;
    private int _written;
    private int _slice = SmallestSliceBytes;
    private byte[] _beginning = [];
    private volatile bool _isGathering;
    private long _blockedSince;

    /// <param name="inner">What moves the bytes.</param>
    /// <param name="clock">For <see cref="BlockedFor"/>.</param>
    /// <param name="waitForBytes">Blocks until a read of the inner stream would not, or for so long; null if there is no such thing.</param>
    public GatherStream(Stream inner, TimeProvider clock, Func<TimeSpan, bool>? waitForBytes = null)
    {
        _inner = inner;
        _waitForBytes = waitForBytes ?? (static _ => true);
        Clock = clock;
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public TimeProvider Clock { get; }

    /// <summary>How long the write that is under way has not moved; zero when none is.</summary>
    public TimeSpan BlockedFor
    {
        get
        {
            long since = Volatile.Read(ref _blockedSince);
            return since == 0 ? TimeSpan.Zero : Clock.GetElapsedTime(since);
        }
    }

    /// <summary>The first bytes that came, for as long as nobody knows what talks there.</summary>
    public ReadOnlySpan<byte> Beginning => _beginning;

    /// <summary>What came was not for TLS alone. Called by the reader.</summary>
    public void Understood() => _forTls = 0;

    public void StartGathering()
    {
        _forTls = 0;
        _isGathering = true;
        _beginning = [];
    }

    /// <summary>An empty buffer waits until there is something to read, and no buffer is held meanwhile.</summary>
    /// <exception cref="QuietException">Nothing came for <see cref="LongestWait"/>.</exception>
    public override int Read(Span<byte> buffer)
    {
        if (_readStart == _readEnd)
        {
            if (buffer.IsEmpty)
            {
                ReturnRead();
                WaitForBytes();
                return 0;
            }
            // Where much has just come more will, and asking costs a system call.
            if (_readEnd < ShortReadBytes)
            {
                WaitForBytes();
            }
            _isThere = false;
            PrepareRead();
            _readEnd = _inner.Read(_read);
        }
        return TakeRead(buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <summary>An empty buffer waits until there is something to read, however long, and no buffer is held meanwhile.</summary>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_readStart == _readEnd)
        {
            if (buffer.IsEmpty)
            {
                ReturnRead();
                return await _inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            }
            PrepareRead();
            _readEnd = await _inner.ReadAsync(_read, cancellationToken).ConfigureAwait(false);
            KeepBeginning();
        }
        return TakeRead(buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        // SslStream's reader may answer a TLS message while the writer writes.
        lock (_writing)
        {
            if (!_isGathering)
            {
                Send(buffer);
                return;
            }
            while (!buffer.IsEmpty)
            {
                int count = Math.Min(buffer.Length, RoomToWrite());
                buffer[..count].CopyTo(_write.AsSpan(_written));
                _written += count;
                buffer = buffer[count..];
            }
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isGathering)
        {
            return _inner.WriteAsync(buffer, cancellationToken);
        }
        Write(buffer.Span);
        return ValueTask.CompletedTask;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Sends what was gathered and gives the buffer back: a flush means that nothing more is coming for now.</summary>
    public override void Flush()
    {
        lock (_writing)
        {
            if (_write is { } gathered)
            {
                SendGathered();
                _write = null;
                TrafficBuffers.Return(gathered);
            }
        }
    }

    // Only the handshake flushes asynchronously, and it gathers nothing.
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inner.Dispose();
            Return(ref _read);
            Return(ref _write);
            _readStart = _readEnd = _written = 0;
        }
        base.Dispose(disposing);
    }

    private void WaitForBytes()
    {
        _isThere = _isThere || _waitForBytes(LongestWait);
        if (!_isThere)
        {
            throw new QuietException();
        }
    }

    private void ReturnRead()
    {
        _readStart = _readEnd = 0;
        Return(ref _read);
    }

    private static void Return(ref byte[]? buffer)
    {
        if (Interlocked.Exchange(ref buffer, null) is { } rented)
        {
            TrafficBuffers.Return(rented);
        }
    }

    private void PrepareRead()
    {
        int last = _readEnd;
        _readStart = _readEnd = 0;
        int size = _read?.Length ?? SmallBytes;
        if (_read is not null && last == size)
        {
            size = Math.Min(size * 4, LargeBytes);
        }
        else if (last < ShortReadBytes)
        {
            size = SmallBytes;
        }
        if (_read is null || size != _read.Length)
        {
            Return(ref _read);
            _read = TrafficBuffers.Rent(size);
        }
    }

    // It may come byte by byte.
    private void KeepBeginning()
    {
        if (!_isGathering && _beginning.Length < BeginningBytes)
        {
            _beginning = [.. _beginning, .. _read.AsSpan(0, Math.Min(_readEnd, BeginningBytes - _beginning.Length))];
        }
    }

    private int TakeRead(Span<byte> buffer)
    {
        int count = Math.Min(buffer.Length, _readEnd - _readStart);
        _forTls += count;
        if (_isGathering && _forTls > MostForTlsBytes)
        {
            throw new IOException("the other side says nothing but words to TLS itself");
        }
        _read.AsSpan(_readStart, count).CopyTo(buffer);
        _readStart += count;
        return count;
    }

    private int RoomToWrite()
    {
        _write ??= TrafficBuffers.Rent(SmallBytes);
        if (_written == _write.Length)
        {
            if (_write.Length < LargeBytes)
            {
                byte[] larger = TrafficBuffers.Rent(_write.Length * 4);
                _write.AsSpan(0, _written).CopyTo(larger);
                TrafficBuffers.Return(_write);
                _write = larger;
            }
            else
            {
                SendGathered();
            }
        }
        return _write.Length - _written;
    }

    private void SendGathered()
    {
        int count = _written;
        _written = 0;
        Send(_write.AsSpan(0, count));
    }

    /// <summary>A thread need not wait any longer. SslStream passes on what is an <see cref="IOException"/> and goes on after it.</summary>
    public sealed class QuietException() : IOException("nothing has come");

    // A blocking write returns when all of it is in the kernel. On a slow link a large one would look like no progress
    // at all, so its size follows the speed.
    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(bytes.Length, _slice);
            long started = Stopwatch.GetTimestamp();
            Volatile.Write(ref _blockedSince, Clock.GetTimestamp());
            try
            {
                _inner.Write(bytes[..count]);
            }
            finally
            {
                Volatile.Write(ref _blockedSince, 0);
            }
            TimeSpan took = Stopwatch.GetElapsedTime(started);
            if (took > SlowSlice)
            {
                _slice = SmallestSliceBytes;
            }
            else if (took < QuickSlice && count == _slice)
            {
                _slice = Math.Min(_slice * 2, LargeBytes);
            }
            bytes = bytes[count..];
        }
    }
}
