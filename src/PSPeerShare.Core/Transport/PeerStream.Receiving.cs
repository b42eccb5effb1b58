using System.Threading.Channels;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

// Frames that arrived and wait for their reader; the credit bounds how many there can be.
internal sealed partial class PeerStream
{
    // Two readers: its consumer, and whoever fails the stream and drops the rest.
    private readonly Channel<InboundFrame> _received = Channel.CreateUnbounded<InboundFrame>(
        new UnboundedChannelOptions { SingleWriter = true });
    private long _window = Limits.InitialCreditBytes;
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

    /// <summary>A frame was read to its end; half a window is returned at a time.</summary>
    internal void ReturnCredit(int bytes)
    {
        long credit;
        Interlocked.Add(ref _held, -bytes);
        lock (_gate)
        {
            _unreturned += bytes;
            if (_unreturned < _window / 2 || _hasRemoteEnded || _failure is not null)
            {
                return;
            }
            credit = _unreturned;
            _unreturned = 0;
        }
        Connection.SendCredit(Id, (int)credit);
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
