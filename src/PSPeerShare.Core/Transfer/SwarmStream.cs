using Google.Protobuf;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// The fetch stream of one source: lots are asked for ahead and come in that order. Each group is verified in memory
/// when its last byte has come, and nothing else is ever written.
/// </summary>
internal sealed class SwarmStream : IAsyncDisposable
{
    private readonly Swarm _swarm;
    private readonly SwarmLane _lane;
    private readonly PeerSession _session;
    private readonly TransferCounters _counters;
    private readonly PeerStream _stream;
    private readonly StallWatch _watch;
    private readonly Queue<AskedLot> _asked = [];
    private readonly PooledBuffer _group;
    private uint _nextIndex;
    private AskedLot? _current;

    public SwarmStream(Swarm swarm, SwarmLane lane, PeerSession session, TransferCounters counters)
    {
        _swarm = swarm;
        _lane = lane;
        _session = session;
        _counters = counters;
        _stream = session.Open(FrameType.Fetch, new FetchRequest(), last: false, bulk: true);
        _stream.SetBulkWindow(swarm.Context.Options.RateLimit);
        _watch = new StallWatch(_stream, () => _asked.Count > 0);
        _group = PooledBuffer.Rent(swarm.Outboard.Layout.GroupBytes);
    }

    /// <summary>It is this side's own limit that the stream waits for.</summary>
    public bool IsHeldHere { get; private set; }

    /// <summary>Asks and receives until the plan wants nothing more of this source and all it was asked for has come.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await AskAsync(cancellationToken);
            if (_asked.Count > 0)
            {
                InboundFrame frame = await _watch.ReceiveAsync(cancellationToken)
                    ?? throw _session.Violation("the stream ended before all parts came");
                using (frame)
                {
                    _session.Touch();
                    await TakeAsync(frame, cancellationToken);
                }
            }
            else if (_swarm.IsActive(_lane.Source))
            {
                await _swarm.IdleAsync(cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
            }
            else
            {
                await _stream.FinishAsync(cancellationToken);
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _watch.Dispose();
        await _stream.DisposeAsync();
        _group.Dispose();
    }

    private async ValueTask AskAsync(CancellationToken cancellationToken)
    {
        FetchItems request = new();
        while (_swarm.Next(_lane.Source) is { } next)
        {
            if (next.Groups.Length == 0)
            {
                // Another source has just brought the last of it.
                _swarm.Ended(_lane.Source, next.Lot, isWhole: true);
                continue;
            }

            FetchItem item = new()
            {
                Index = _nextIndex++,
                Name = _lane.Offer.Name.ToWire(),
                Hash = ByteString.CopyFrom(_swarm.Outboard.Root.ToArray()),
            };
            item.Ranges.AddRange(_swarm.Lots.RangesOf(next.Groups));
            request.Items.Add(item);
            _asked.Enqueue(new AskedLot(item.Index, next.Lot, new Queue<long>(next.Groups)));
        }

        if (request.Items.Count > 0)
        {
            await _stream.SendAsync(FrameType.FetchItems, request, cancellationToken: cancellationToken);
        }
    }

    private async ValueTask TakeAsync(InboundFrame frame, CancellationToken cancellationToken)
    {
        switch (frame.Type)
        {
            case FrameType.ItemHeader when _current is null:
                Begin(frame.Parse(ItemHeader.Parser));
                break;
            case FrameType.Data when _current is { } current:
                _watch.Arrived(frame.Payload.Length);
                _counters.AddReceived(frame.Payload.Length);
                _swarm.Brought(_lane.Source, frame.Payload.Length);
                IsHeldHere = true;
                await _swarm.Context.Limit.WaitAsync(frame.Payload.Length, cancellationToken);
                IsHeldHere = false;
                Take(current, frame.Payload.Span);
                break;
            case FrameType.ItemEnd when _current is { } current:
                End(current, frame.Parse(ItemEnd.Parser));
                break;
            case FrameType.ItemError when frame.Parse(ItemError.Parser) is { } error && error.Index == _asked.Peek().Index:
                throw WireFaults.ToException((WireError)error.Code, _lane.Offer.Name.ToPrintable(), error.Detail);
            default:
                throw _session.Violation($"{frame.Type} out of order");
        }
    }

    private void Begin(ItemHeader header)
    {
        AskedLot next = _asked.Peek();
        if (header.Index != next.Index)
        {
            throw _session.Violation("a part that was not asked for");
        }

        if (!header.Ranged || header.Length != _swarm.Outboard.Layout.Length)
        {
            throw new PeerShareException(PeerError.FileChanged, _lane.Offer.Name.ToPrintable(), "the source has another length");
        }

        _current = next;
    }

    private void Take(AskedLot lot, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            if (!lot.Groups.TryPeek(out long group))
            {
                throw _session.Violation("more data than was asked for");
            }

            int length = _swarm.Outboard.Layout.LengthOf(group);
            int count = Math.Min(data.Length, length - lot.Filled);
            if (count == length)
            {
                // The whole group lies in this frame.
                Judge(lot, group, data[..count]);
            }
            else
            {
                data[..count].CopyTo(_group.Span[lot.Filled..]);
                lot.Filled += count;
                if (lot.Filled == length)
                {
                    Judge(lot, group, _group.Span[..length]);
                }
            }

            data = data[count..];
        }
    }

    private void Judge(AskedLot lot, long group, ReadOnlySpan<byte> bytes)
    {
        lot.Groups.Dequeue();
        lot.Filled = 0;
        if (_swarm.Outboard.Proves(group, bytes))
        {
            _swarm.Keep(_lane.Offer, group, bytes);
            return;
        }

        lot.IsSpoilt = true;
        if (_swarm.Spoilt(_lane, lot.Number, group))
        {
            throw new OperationCanceledException();
        }
    }

    private void End(AskedLot lot, ItemEnd end)
    {
        if (end.Index != lot.Index || lot.Groups.Count > 0)
        {
            throw _session.Violation("an end that does not fit its header");
        }

        if (!end.Root.IsEmpty && !end.Root.Span.SequenceEqual(_swarm.Outboard.Root.ToArray()))
        {
            throw new PeerShareException(PeerError.FileChanged, _lane.Offer.Name.ToPrintable(), "the source has another content");
        }

        _asked.Dequeue();
        _current = null;
        _watch.Ended();
        _swarm.Ended(_lane.Source, lot.Number, !lot.IsSpoilt);
    }

    private sealed class AskedLot(uint index, int number, Queue<long> groups)
    {
        public uint Index => index;

        public int Number => number;

        /// <summary>What has not come yet, in its order.</summary>
        public Queue<long> Groups => groups;

        /// <summary>Bytes of the first of them that have come.</summary>
        public int Filled { get; set; }

        public bool IsSpoilt { get; set; }
    }
}
