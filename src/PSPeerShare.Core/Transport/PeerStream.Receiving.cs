using System.Threading.Channels;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

// Frames that arrived and wait for their reader; the credit bounds how many there can be.
internal sealed partial class PeerStream
{
    // Bulk data begins with a window for short distances. One that turns out to hold the sender back is doubled, up to
    // what fills 1 Gbit/s at a round trip of 100 ms.
    private const long BulkWindowBytes = 4 * 1024 * 1024;
    private const long LargestBulkWindowBytes = 16 * 1024 * 1024;

    // Credit for so much goes back at once. While a lump gathers the sender does without it, so of a large window only
    // a small part may be on its way here.
    private const long LargestLumpBytes = 1024 * 1024;

    // Two readers: its consumer, and whoever fails the stream and drops the rest.
    private readonly Channel<InboundFrame> _received = Channel.CreateUnbounded<InboundFrame>(
        new UnboundedChannelOptions { SingleWriter = true });
    private long _window = Limits.InitialCreditBytes;
    private long _largestWindow;
    private long _measured;
    private long _measuredSince;
    private long _extraWindow;
    private long _unreturned;
    private long _held;
    private bool _isRetired;
    private bool _isReceivedDropped;

    /// <summary>The other side may send: what waits here, or is still being worked on, is less than half of the window.</summary>
    public bool HasGrantedCredit => Interlocked.Read(ref _held) < Volatile.Read(ref _window) / 2;

    /// <summary>The next frame, or null when the other side has finished.</summary>
    /// <exception cref="StreamFailedException">The other side, or this one, failed the stream.</exception>
    /// <exception cref="PeerShareException">The connection ended.</exception>
    public async ValueTask<InboundFrame?> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        ChannelReader<InboundFrame> reader = _received.Reader;
        while (await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (reader.TryRead(out InboundFrame? frame))
            {
                if (!frame.IsEnd)
                {
                    return frame;
                }
                frame.Dispose();
            }
        }
        lock (_gate)
        {
            return _failure is null || (_hasRemoteEnded && !_isReceivedDropped) ? null : throw Again(_failure);
        }
    }

    /// <summary>
    /// Lets the other side have so many bytes under way, for bulk data over long distances. Gives what the budgets of
    /// connection and node have left, which may be less; never less than before.
    /// </summary>
    public void SetReceiveWindow(long bytes)
    {
        long granted;
        lock (_gate)
        {
            if (_isRetired || _failure is not null || bytes <= _window)
            {
                return;
            }
            granted = Connection.Window.Take(Math.Min(bytes, int.MaxValue) - _window);
            _extraWindow += granted;
            _window += granted;
        }
        if (granted > 0)
        {
            Connection.SendCredit(Id, (int)granted);
        }
    }

    /// <summary>
    /// Makes the window fit bulk data: it grows while it, and not the link or whoever reads, is what the sender waits for.
    /// </summary>
    /// <param name="rateLimit">What the reader takes in a second at most; more need not be under way.</param>
    public void SetBulkWindow(long? rateLimit)
    {
        long most = rateLimit ?? LargestBulkWindowBytes;
        lock (_gate)
        {
            _largestWindow = Math.Min(LargestBulkWindowBytes, most);
        }
        SetReceiveWindow(Math.Min(BulkWindowBytes, most));
    }

    /// <summary>Takes a frame from the reader thread; never blocks.</summary>
    internal void Accept(FrameHeader header, PooledBuffer payload)
    {
        var frame = new InboundFrame(header, payload, this, costsCredit: true);
        Interlocked.Add(ref _held, header.Cost);
        if (!_received.Writer.TryWrite(frame))
        {
            frame.Dispose();
        }
        else if (header.IsLast)
        {
            EndedByRemote();
        }
    }

    internal void EndedByRemote()
    {
        lock (_gate)
        {
            _hasRemoteEnded = true;
        }
        _received.Writer.TryComplete();
    }

    /// <summary>A frame was read to its end; a quarter of a window, or a lump of a large one, is returned at a time.</summary>
    /// <remarks>
    /// A reader may hold a small file until it is whole, which is half of the smallest window: together with what is not
    /// returned yet it has to leave room for the frame that ends it.
    /// </remarks>
    internal void ReturnCredit(int bytes)
    {
        long credit;
        Interlocked.Add(ref _held, -bytes);
        lock (_gate)
        {
            _unreturned += bytes;
            if (_unreturned < Math.Min(_window / 4, LargestLumpBytes) || _hasRemoteEnded || _failure is not null)
            {
                return;
            }
            credit = _unreturned + Enlarge(_unreturned);
            _unreturned = 0;
        }
        Connection.SendCredit(Id, (int)credit);
    }

    // Under the gate. A whole window that comes and is read within two round trips was all that could be under way: the
    // sender waited for credit. Once windows take longer, the link or the reader is what is waited for.
    private long Enlarge(long returned)
    {
        if (_window >= _largestWindow || _isRetired)
        {
            return 0;
        }
        long now = Connection.Clock.GetTimestamp();
        if (_measuredSince == 0)
        {
            _measuredSince = now;
            return 0;
        }
        _measured += returned;
        if (_measured < _window)
        {
            return 0;
        }
        bool isShort = Connection.Clock.GetElapsedTime(_measuredSince, now) < 2 * Connection.RoundTrip;
        _measured = 0;
        _measuredSince = now;
        long granted = isShort ? Connection.Window.Take(Math.Min(_window, _largestWindow - _window)) : 0;
        _extraWindow += granted;
        _window += granted;
        return granted;
    }

    /// <summary>Both sides have ended: nothing more will arrive, so the larger window is free for others.</summary>
    internal void Retired()
    {
        long extra;
        lock (_gate)
        {
            _isRetired = true;
            extra = _extraWindow;
            _extraWindow = 0;
        }
        if (extra > 0)
        {
            Connection.Window.GiveBack(extra);
        }
    }

    private void DropReceived()
    {
        lock (_gate)
        {
            _isReceivedDropped = true;
        }
        while (_received.Reader.TryRead(out InboundFrame? frame))
        {
            frame.Dispose();
        }
    }
}
