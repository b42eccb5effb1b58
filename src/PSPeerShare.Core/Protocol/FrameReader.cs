namespace PSPeerShare.Core.Protocol;

/// <summary>
/// Turns received bytes into frames. Knows no stream, no clock and no meaning of a frame: bytes go in by
/// <see cref="GetBuffer"/> and <see cref="Received"/>, frames come out of <see cref="TryRead"/>.
/// </summary>
/// <remarks>
/// The header is judged before anything is allocated for its payload. A large payload is read straight into the
/// buffer that its consumer gets; small ones share one receive buffer.
/// </remarks>
internal sealed class FrameReader : IDisposable
{
    public const int ReceiveBufferBytes = 32 * 1024;

    // Below this, a copy costs less than a read of its own.
    private const int LargePayloadBytes = 8 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private FrameHeader _header;
    private bool _hasHeader;
    private FrameVerdict _verdict;
    private int _discardLeft;
    private PooledBuffer? _large;
    private int _largeFilled;
    private PooledBuffer? _deliveredLarge;

    /// <param name="judge">Asked once per header; throws <see cref="ProtocolFaultException"/> to end the connection.</param>
    public FrameReader(Func<FrameHeader, FrameVerdict> judge) => Judge = judge;

    /// <summary>May be replaced between frames, when the handshake hands the reader on.</summary>
    public Func<FrameHeader, FrameVerdict> Judge { get; set; }

    /// <summary>A frame has begun and not ended. May be asked from another thread.</summary>
    public bool IsInsideFrame => Volatile.Read(ref _hasHeader) || Volatile.Read(ref _start) != Volatile.Read(ref _end);

    /// <summary>Gives the receive buffer back until <see cref="GetBuffer"/> is asked for the next; false inside a frame.</summary>
    public bool TryRest()
    {
        if (IsInsideFrame)
        {
            return false;
        }
        ReturnBuffer();
        return true;
    }

    /// <summary>Where the next bytes belong; never empty.</summary>
    public Memory<byte> GetBuffer()
    {
        if (_large is not null)
        {
            return _large.Memory[_largeFilled..];
        }
        if (_buffer.Length == 0)
        {
            _buffer = TrafficBuffers.Rent(ReceiveBufferBytes);
        }
        if (_start == _end)
        {
            _start = _end = 0;
        }
        else if (_buffer.Length - _end < LargePayloadBytes + FrameHeader.SizeInBytes)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }
        return _buffer.AsMemory(_end);
    }

    /// <summary>So many bytes were put into the last <see cref="GetBuffer"/>.</summary>
    public void Received(int count)
    {
        if (_large is not null)
        {
            _largeFilled += count;
        }
        else
        {
            _end += count;
        }
    }

    /// <summary>The next complete frame, if there is one.</summary>
    public bool TryRead(out Frame frame)
    {
        _deliveredLarge?.Dispose();
        _deliveredLarge = null;
        frame = default;
        while (_hasHeader || TryReadHeader())
        {
            if (_verdict == FrameVerdict.Discard)
            {
                if (!TrySkip())
                {
                    return false;
                }
            }
            else
            {
                return TryDeliver(out frame);
            }
        }
        return false;
    }

    public void Dispose()
    {
        _large?.Dispose();
        _deliveredLarge?.Dispose();
        ReturnBuffer();
    }

    internal PooledBuffer? TakeLarge()
    {
        PooledBuffer? taken = _deliveredLarge;
        _deliveredLarge = null;
        return taken;
    }

    private void ReturnBuffer()
    {
        byte[] buffer = _buffer;
        _buffer = [];
        _start = _end = 0;
        if (buffer.Length > 0)
        {
            TrafficBuffers.Return(buffer);
        }
    }

    private bool TryReadHeader()
    {
        if (_end - _start < FrameHeader.SizeInBytes)
        {
            return false;
        }
        _header = FrameHeader.Read(_buffer.AsSpan(_start));
        _verdict = Judge(_header);
        _start += FrameHeader.SizeInBytes;
        _hasHeader = true;
        if (_verdict == FrameVerdict.Discard)
        {
            _discardLeft = _header.Length;
        }
        else if (_header.Length > LargePayloadBytes && _end - _start < _header.Length)
        {
            _large = PooledBuffer.Rent(_header.Length);
            _largeFilled = _end - _start;
            _buffer.AsSpan(_start.._end).CopyTo(_large.Span);
            _start = _end = 0;
        }
        return true;
    }

    private bool TrySkip()
    {
        int count = Math.Min(_discardLeft, _end - _start);
        _start += count;
        _discardLeft -= count;
        _hasHeader = _discardLeft > 0;
        return !_hasHeader;
    }

    private bool TryDeliver(out Frame frame)
    {
        frame = default;
        if (_large is not null)
        {
            if (_largeFilled < _header.Length)
            {
                return false;
            }
            _deliveredLarge = _large;
            _large = null;
            frame = new Frame(this, _header, _deliveredLarge.Span);
        }
        else
        {
            if (_end - _start < _header.Length)
            {
                return false;
            }
            frame = new Frame(this, _header, _buffer.AsSpan(_start, _header.Length));
            _start += _header.Length;
        }
        _hasHeader = false;
        return true;
    }
}
