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
    private const int WritersAtOnce = 4;

    /// <summary>Small files wait for the disk together, so as many are under way as make up a batch.</summary>
    private const int SmallAtOnce = GroupCommit.MostFiles;

    /// <summary>All of the node's: each holds an open file, from when all of it is here until its name is on the disk.</summary>
    private static readonly SemaphoreSlim s_smallOfAll = new(4 * SmallAtOnce);

    private readonly Dictionary<uint, Accepted> _accepted = [];
    private readonly SemaphoreSlim _slots = new(WritersAtOnce, WritersAtOnce);
    private Arrival? _current;
    private WriterTasks? _writers;

    private WriterTasks Writing => _writers ??= new WriterTasks(_slots, SmallAtOnce);

    /// <summary>Where it is seen what passes.</summary>
    public PassingFiles Passing { get; init; } = new();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        stream.SetBulkWindow(rateLimit: null);
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
                room.End(left.Room, hasArrived: false);
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
            room.End(withdrawn.Room, hasArrived: false);
        }
    }

    private async Task WriteAsync(Arrival arrival, ItemHeader header, CancellationToken cancellationToken)
    {
        Accepted accepted = arrival.Item;
        FrameType type = FrameType.Committed;
        IMessage answer;
        bool hasArrived = false;
        long before = header.Ranged ? accepted.ResumeAt : 0;
        using IDisposable? passing = Passing.Enter(
            isArriving: true, accepted.Name, stream.Connection.RemoteId, header.Length, () => before + arrival.File.Taken);
        try
        {
            (ContentHash hash, string name, FileFacts facts, Outboard? tree) = header.Length < PartialFile.FewestBytes
                ? await ReceiveWholeAsync(arrival, header, cancellationToken)
                : await ReceiveLargeAsync(arrival, header, cancellationToken);
            hasArrived = true;
            contents.RememberWritten(facts, hash, tree, LocalPath.Below(inbox.LocalPath, [.. accepted.Target[..^1], name]));
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
            arrival.File.Release();
            room.End(accepted.Room, hasArrived);
            arrival.End(arrivals);
            if (!ArrivingFile.IsSmall(header.Length))
            {
                _slots.Release();
            }
        }

        await stream.SendAsync(type, answer, cancellationToken: cancellationToken);
    }

    private static async Task<(ContentHash Hash, string Name, FileFacts Facts, Outboard? Tree)> ReceiveWholeAsync(
        Arrival arrival, ItemHeader header, CancellationToken cancellationToken)
    {
        bool isSmall = ArrivingFile.IsSmall(header.Length);
        if (isSmall)
        {
            await s_smallOfAll.WaitAsync(CancellationToken.None);
        }

        try
        {
            (ContentHash hash, string name, FileFacts facts) = await arrival.File.ReceiveAsync(
                arrival.Item.Target, CommitMode.NewName, header.ModifiedUnixNs, isDurable: true, cancellationToken);
            return (hash, name, facts, null);
        }
        finally
        {
            if (isSmall)
            {
                s_smallOfAll.Release();
            }
        }
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
        /// <summary>The room it takes.</summary>
        public InboxItem Room { get; } = new(
            Length,
            Name.Segments.Sum(System.Text.Encoding.UTF8.GetByteCount),
            Length >= PartialFile.FewestBytes ? PartialKey.NameOf(Target) : null);
    }

    private sealed record Arrival(uint Index, Accepted Item, ArrivingFile File)
    {
        /// <summary>The sender gave it up itself and waits for no answer.</summary>
        public bool IsDropped { get; set; }

        /// <summary>Ends when nothing of this arrival uses its partial file any more, nor takes room.</summary>
        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End(InboxArrivals arrivals)
        {
            arrivals.Remove(Item.Target, Ended.Task);
            Ended.SetResult();
        }
    }
}
