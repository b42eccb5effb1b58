using Google.Protobuf;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

// Sending waits twice, without a thread: for the other side's credit, then for room in the outbound queue.
internal sealed partial class PeerStream
{
    // Less credit than this is not worth a Data frame of its own.
    private const int SmallestDataBytes = 64 * 1024;

    private readonly SemaphoreSlim _sending = new(1, 1);
    private long _credit = Limits.InitialCreditBytes;
    private TaskCompletionSource? _creditWaiter;
    private int _creditWanted;
    private long _dataBytes;

    /// <summary>Bytes of file data that went out on this stream, also of what was cut off.</summary>
    public long DataBytes => Volatile.Read(ref _dataBytes);

    /// <summary>Sends a message; completes when it is queued.</summary>
    public async ValueTask SendAsync(
        FrameType type, IMessage message, bool last = false, CancellationToken cancellationToken = default)
    {
        PooledBuffer payload = FrameWriter.Encode(type, message);
        var header = new FrameHeader(payload.Length, type, last ? FrameFlags.Last : FrameFlags.None, Id);
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await TakeCreditAsync(header.Cost, header.Cost, cancellationToken).ConfigureAwait(false);
            await EnqueueAsync(header, payload, 0, ownsPayload: true, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            payload.Dispose();
            throw;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>
    /// Sends the buffer as file data and owns it from then on. It goes out as one frame, or as several when the credit
    /// is smaller: data frames are a run of bytes, their borders mean nothing.
    /// </summary>
    public async ValueTask SendDataAsync(PooledBuffer buffer, bool last = false, CancellationToken cancellationToken = default)
    {
        int sent = 0;
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            do
            {
                int left = Math.Min(buffer.Length - sent, Limits.DataPayloadBytes);
                int least = Math.Min(left, SmallestDataBytes) + FrameHeader.SizeInBytes;
                int taken = await TakeCreditAsync(least, left + FrameHeader.SizeInBytes, cancellationToken).ConfigureAwait(false);
                int length = taken - FrameHeader.SizeInBytes;
                bool isEnd = sent + length == buffer.Length;
                var header = new FrameHeader(length, FrameType.Data, isEnd && last ? FrameFlags.Last : FrameFlags.None, Id);
                await EnqueueAsync(header, buffer, sent, isEnd, cancellationToken).ConfigureAwait(false);
                sent += length;
                Volatile.Write(ref _dataBytes, _dataBytes + length);
            }
            while (sent < buffer.Length);
        }
        catch
        {
            // Frames before this one may still be queued on the same buffer; then the pool does without it.
            if (sent == 0)
            {
                buffer.Dispose();
            }
            throw;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Ends this side's direction, if it has not ended yet.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken = default)
    {
        lock (_gate)
        {
            if (_hasLocalEnded)
            {
                return;
            }
        }
        await SendDataAsync(PooledBuffer.Rent(0), last: true, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The opening frame carried Last.</summary>
    internal void OpenedAsLast() => _hasLocalEnded = true;

    /// <summary>The other side lets this side send more.</summary>
    internal void AddCredit(uint bytes)
    {
        TaskCompletionSource? satisfied = null;
        lock (_gate)
        {
            if (bytes == 0 || bytes > int.MaxValue || _credit > int.MaxValue - bytes)
            {
                throw new ProtocolFaultException(CloseReason.BadMessage, $"credit of {bytes} bytes on top of {_credit}");
            }
            _credit += bytes;
            if (_credit >= _creditWanted)
            {
                satisfied = _creditWaiter;
                _creditWaiter = null;
            }
        }
        satisfied?.TrySetResult();
    }

    private async ValueTask<int> TakeCreditAsync(int least, int most, CancellationToken cancellationToken)
    {
        while (true)
        {
            TaskCompletionSource waiter;
            lock (_gate)
            {
                ThrowIfEnded();
                if (_credit >= least)
                {
                    int taken = (int)Math.Min(_credit, most);
                    _credit -= taken;
                    return taken;
                }
                _creditWanted = least;
                _creditWaiter = waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            await waiter.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask EnqueueAsync(
        FrameHeader header, PooledBuffer payload, int offset, bool ownsPayload, CancellationToken cancellationToken)
    {
        try
        {
            await Connection.ReserveAsync(_isBulk, header.Cost, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            lock (_gate)
            {
                _credit += header.Cost;
            }
            throw;
        }
        lock (_gate)
        {
            _hasLocalEnded |= header.IsLast;
        }
        Connection.Enqueue(_isBulk, new OutboundFrame(header, payload, offset, ownsPayload, header.Cost));
    }

    private void ThrowIfEnded()
    {
        if (_failure is { } failure)
        {
            throw Again(failure);
        }
        if (_hasLocalEnded)
        {
            throw new InvalidOperationException("this side has ended the stream");
        }
    }
}
