using System.Collections.Concurrent;
using System.Threading.Channels;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// One fetch stream: items are requested as they come, their files arrive in the same order, and only what was asked
/// for is accepted (P6).
/// </summary>
internal sealed partial class FetchStream : IAsyncDisposable
{
    private const int RequestBytes = 16 * 1024;

    private readonly PeerSession _session;
    private readonly PeerStream _stream;
    private readonly PeerFetchContext _context;
    private readonly TransferCounters _counters;
    private readonly StallWatch _watch;

    /// <summary>Requested and not ended, in order; guarded by itself.</summary>
    private readonly Queue<(uint Index, FetchEntry Entry)> _asked = [];
    private uint _nextIndex;
    private bool _isAllAsked;

    public FetchStream(PeerSession session, PeerFetchContext context, TransferCounters counters)
    {
        _session = session;
        _context = context;
        _counters = counters;
        _stream = session.Open(FrameType.Fetch, new FetchRequest(), last: false, bulk: true);
        _watch = new StallWatch(_stream, IsOwed);
        _writing = new WriterTasks(context.Slots, context.Options.Durable ? GroupCommit.MostFiles : 0);
        _stream.SetBulkWindow(context.Options.RateLimit);
    }

    /// <summary>Whether the peer has ended any file, well or not, or brought bytes of one.</summary>
    public bool HasBroughtSome { get; private set; }

    /// <summary>Whether a file was under way when the stream ended.</summary>
    public bool HasLostOne { get; private set; }

    /// <summary>Files that were cut off, with why, or of which parts turned out to be wrong: to be asked for again.</summary>
    public ConcurrentQueue<(FetchEntry Entry, PeerShareException? Why)> Again { get; } = [];

    /// <summary>Files that the user has suspended.</summary>
    public ConcurrentQueue<FetchEntry> Parked { get; } = [];

    /// <summary>What was asked for and has not ended: to be asked again on another stream, or to be failed.</summary>
    public IReadOnlyList<FetchEntry> Left
    {
        get
        {
            lock (_asked)
            {
                return [.. _asked.Select(a => a.Entry)];
            }
        }
    }

    /// <summary>Requests the entries and receives their files until both have ended, or this stream is given up.</summary>
    public async Task RunAsync(IReadOnlyList<FetchEntry> again, ChannelReader<FetchEntry> entries, CancellationToken cancellationToken)
    {
        using CancellationTokenSource both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task requesting = RequestAsync(again, entries, both.Token);
        try
        {
            await ReceiveAsync(cancellationToken);
        }
        finally
        {
            await both.CancelAsync();
            await requesting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _writing.WhenAll().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync()
    {
        _watch.Dispose();
        return _stream.DisposeAsync();
    }

    private async Task RequestAsync(IReadOnlyList<FetchEntry> again, ChannelReader<FetchEntry> entries, CancellationToken cancellationToken)
    {
        FetchItems batch = new();
        int bytes = 0;
        foreach (FetchEntry entry in again)
        {
            await AskAsync(entry);
        }

        do
        {
            while (entries.TryRead(out FetchEntry? entry))
            {
                if (LocalReuse.MayHelp(entry, _context.Destination))
                {
                    try
                    {
                        // What was asked for goes out before anything is looked at.
                        await SendBatchAsync();
                        await LocalReuse.TakeAsync(entry, _context.Destination, _session, cancellationToken);
                    }
                    catch
                    {
                        // It is in no queue by now.
                        Again.Enqueue((entry, null));
                        throw;
                    }
                }

                await AskAsync(entry);
            }

            await SendBatchAsync();
        }
        while (await entries.WaitToReadAsync(cancellationToken));

        await _stream.FinishAsync(cancellationToken);
        lock (_asked)
        {
            _isAllAsked = true;
        }

        ValueTask AskAsync(FetchEntry entry)
        {
            if (entry.Record.Wish == TransferWish.Stop)
            {
                entry.Release();
                _context.Fail(entry, new PeerShareException(PeerError.TransferStopped, entry.Shown));
                return ValueTask.CompletedTask;
            }

            FetchItem item = new() { Name = entry.Name.ToWire() };
            AskForParts(item, entry);
            lock (_asked)
            {
                item.Index = _nextIndex++;
                _asked.Enqueue((item.Index, entry));
            }

            batch.Items.Add(item);
            bytes += item.CalculateSize() + 4;
            return bytes >= RequestBytes ? SendBatchAsync() : ValueTask.CompletedTask;
        }

        async ValueTask SendBatchAsync()
        {
            if (batch.Items.Count > 0)
            {
                await _stream.SendAsync(FrameType.FetchItems, batch, cancellationToken: cancellationToken);
                batch = new FetchItems();
                bytes = 0;
            }
        }
    }

    /// <summary>Of a file that an earlier attempt has left parts of, only the others are asked for.</summary>
    private void AskForParts(FetchItem item, FetchEntry entry)
    {
        if (entry.File.Length >= PartialFile.FewestBytes)
        {
            entry.Partial ??= PartialFile.TryFind(_context.Destination.Root, entry.Target, entry.Source, entry.File.Hash);
        }

        entry.Asked = [];
        if (entry.Partial is { } partial && partial.BytesHeld > 0)
        {
            // A file that is there as a whole still has to be compared: its last group is asked for again.
            IReadOnlyList<(long Offset, long Length)> missing = partial.Missing();
            entry.Asked = missing.Count > 0 ? [.. missing.Take(Limits.FetchRanges)] : [partial.WithdrawLast()];
            item.Length = partial.Key.Length;

            // Somebody else has it with a time of his own; there it is the content that counts.
            item.ModifiedUnixNs = entry.From is not null && partial.Key.Root == entry.File.Hash ? 0 : partial.Key.ModifiedUnixNs;
            item.Ranges.AddRange(entry.Asked.Select(p => new ByteRange { Offset = p.Offset, Length = p.Length }));
        }
    }

    private FetchEntry Expect(uint index)
    {
        lock (_asked)
        {
            return _asked.TryPeek(out (uint Index, FetchEntry Entry) next) && next.Index == index
                ? next.Entry
                : throw _session.Violation("an item that was not asked for");
        }
    }

    // After the last question the end of the stream is owed as well.
    private bool IsOwed()
    {
        lock (_asked)
        {
            return _isAllAsked || _asked.Count > 0;
        }
    }

    private void Ended()
    {
        lock (_asked)
        {
            _asked.Dequeue();
        }

        _watch.Ended();
    }
}
