using Google.Protobuf;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>One push stream, the receiver's side: verdicts, arrival, commit and its acknowledgement.</summary>
internal sealed partial class InboxReception(
    PeerStream stream,
    SafeRoot inbox,
    InboxArrivals arrivals,
    string folder,
    Func<bool> mayWrite,
    InboxRoom room,
    IContentIndex contents,
    SlowWork hashing,
    TransferCounters counters,
    EventLog log,
    AuditLog audit) : IDisposable
{
    private const long ReceiveWindowBytes = 8 * 1024 * 1024;
    private const int WritersAtOnce = 4;

    private readonly Dictionary<uint, Accepted> _accepted = [];
    private readonly SemaphoreSlim _slots = new(WritersAtOnce, WritersAtOnce);
    private Arrival? _current;
    private WriterTasks? _writers;

    private WriterTasks Writing => _writers ??= new WriterTasks(_slots);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        stream.SetReceiveWindow(ReceiveWindowBytes);
        PeerShareException why = new(PeerError.ConnectionLost);
        try
        {
            // An announced file holds space; the one who announced it has to send it.
            using StallWatch watch = new(stream, () => _current is not null);
            while (await watch.ReceiveAsync(cancellationToken) is { } frame)
            {
                if (!mayWrite())
                {
                    frame.Dispose();
                    throw new PeerShareException(PeerError.PushRefused);
                }

                watch.Arrived(frame.Type == FrameType.Data ? frame.Payload.Length : 0);
                await TakeAsync(frame, cancellationToken);
            }

            _current?.File.Abandon(why);
            _current = null;
            await Writing.WhenAll();
            await stream.FinishAsync(cancellationToken);
        }
        catch (PeerShareException e)
        {
            why = e;
            throw;
        }
        finally
        {
            _current?.File.Abandon(why);
            await Writing.WhenAll().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            foreach (Accepted left in _accepted.Values)
            {
                room.End(left.Length, hasArrived: false, left.NameBytes);
            }
        }
    }

    public void Dispose() => _slots.Dispose();

    private async ValueTask TakeAsync(InboundFrame frame, CancellationToken cancellationToken)
    {
        if (frame.Type == FrameType.Data)
        {
            counters.AddReceived(frame.Payload.Length);
            if (_current is null || !_current.File.Add(frame))
            {
                frame.Dispose();
                throw Violation("data that was not announced");
            }

            return;
        }

        using (frame)
        {
            switch (frame.Type)
            {
                case FrameType.PushOffer:
                    await JudgeAsync(frame.Parse(PushOffer.Parser), cancellationToken);
                    break;
                case FrameType.ItemHeader when _current is null:
                    await BeginAsync(frame.Parse(ItemHeader.Parser), cancellationToken);
                    break;
                case FrameType.ItemEnd when _current is not null:
                    Finish(frame.Parse(ItemEnd.Parser));
                    break;
                case FrameType.ItemError:
                    Drop(frame.Parse(ItemError.Parser));
                    break;
                default:
                    throw Violation($"{frame.Type} out of order");
            }
        }
    }

    private async ValueTask BeginAsync(ItemHeader header, CancellationToken cancellationToken)
    {
        if (!_accepted.TryGetValue(header.Index, out Accepted? accepted))
        {
            throw Violation("a file that was not accepted");
        }

        if (header.Length != accepted.Length)
        {
            throw Violation("another length than the one that was accepted");
        }

        if (header.Ranged && accepted.ResumeAt == 0)
        {
            throw Violation("the rest of a file of which nothing is here");
        }

        if (ArrivingFile.IsSmall(header.Length))
        {
            await Writing.RoomForSmallAsync(cancellationToken);
        }
        else
        {
            await _slots.WaitAsync(cancellationToken);
        }

        _accepted.Remove(header.Index);
        long start = header.Ranged ? accepted.ResumeAt : 0;
        ArrivingFile file = new(inbox, header.Length, static _ => { }, [(start, header.Length - start)]);
        Arrival arrival = new(header.Index, accepted, file);
        file.Begin(Writing, () => WriteAsync(arrival, header, cancellationToken));
        _current = arrival;
    }

    private void Finish(ItemEnd end)
    {
        if (end.Index != _current!.Index || end.Root.Length != ContentHash.SizeInBytes)
        {
            throw Violation("an end that does not fit its header");
        }

        _current.File.Finish(ContentHash.FromBytes(end.Root.Span));
        _current = null;
    }

    private void Drop(ItemError error)
    {
        if (_current is { } current && current.Index == error.Index)
        {
            current.IsDropped = true;
            current.File.Abandon(new PeerShareException(PeerError.TransferStopped));
            _current = null;
        }
        else if (_accepted.Remove(error.Index, out Accepted? withdrawn))
        {
            room.End(withdrawn.Length, hasArrived: false, withdrawn.NameBytes);
        }
    }

    private async Task WriteAsync(Arrival arrival, ItemHeader header, CancellationToken cancellationToken)
    {
        Accepted accepted = arrival.Item;
        FrameType type = FrameType.Committed;
        IMessage answer;
        bool hasArrived = false;
        try
        {
            (ContentHash hash, string name, FileFacts facts) = header.Length < PartialFile.FewestBytes
                ? await arrival.File.ReceiveAsync(
                    accepted.Target, CommitMode.NewName, header.ModifiedUnixNs, isDurable: true, cancellationToken)
                : await ReceiveLargeAsync(arrival, header, cancellationToken);
            hasArrived = true;
            contents.RememberWritten(facts, hash, null, LocalPath.Below(inbox.LocalPath, [.. accepted.Target[..^1], name]));
            answer = NewCommitted(header.Index, hash, accepted, name);
            Note(accepted, header.Length, hash, "received");
        }
        catch (OperationCanceledException e)
        {
            Note(accepted, arrival.File.Taken, null, WireFaults.OutcomeOf(e));
            throw;
        }
        catch (Exception e)
        {
            PeerError error = (e as PeerShareException)?.Error ?? PeerError.Unexpected;
            Note(accepted, arrival.File.Taken, null, error.ToString());
            log.RequestFailed(stream.Connection.RemoteId, "Push", accepted.Name, error, e.Message);
            if (arrival.IsDropped)
            {
                // The sender knows why.
                return;
            }

            type = FrameType.ItemError;
            answer = new ItemError { Index = header.Index, Code = (uint)WireFaults.ToWire(error), Detail = Explain(error) };
        }
        finally
        {
            room.End(header.Length, hasArrived, accepted.NameBytes);
            if (!ArrivingFile.IsSmall(header.Length))
            {
                _slots.Release();
            }
        }

        await stream.SendAsync(type, answer, cancellationToken: cancellationToken);
    }

    private static Committed NewCommitted(uint index, ContentHash hash, Accepted accepted, string finalName) => new()
    {
        Index = index,
        Root = ByteString.CopyFrom(hash.ToArray()),
        StoredName = finalName == accepted.Name.Name ? "" : string.Join('/', [.. accepted.Name.Segments[..^1], finalName]),
    };

    private void Note(Accepted accepted, long bytes, ContentHash? hash, string result)
    {
        PeerConnection connection = stream.Connection;
        if (bytes == 0 && hash is null)
        {
            audit.Refuse("push", connection.RemoteId, connection.RemoteEndPoint, null, accepted.Name.ToString(), result);
        }
        else
        {
            audit.Write("push", connection.RemoteId, connection.RemoteEndPoint, null, accepted.Name.ToString(), bytes, hash?.ToString(), result);
        }

        if (hash is not null)
        {
            log.RequestServed(connection.RemoteId, "Push", accepted.Name, bytes);
        }
    }

    private static PeerShareException Violation(string what) => new(PeerError.ProtocolViolation, detail: what);

    /// <summary>An item that may come.</summary>
    private sealed record Accepted(WirePath Name, string[] Target, long Length, long ResumeAt = 0)
    {
        /// <summary>What keeping its name takes.</summary>
        public int NameBytes { get; } = Name.Segments.Sum(System.Text.Encoding.UTF8.GetByteCount);
    }

    private sealed record Arrival(uint Index, Accepted Item, ArrivingFile File)
    {
        /// <summary>The sender gave it up itself and waits for no answer.</summary>
        public bool IsDropped { get; set; }
    }
}
