using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// A job's running transfers and its results. Whoever shows progress samples it; the transfers only count.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class TransferBoard(EventLog log, TransferBook book, TransferDirection direction, Action<string>? onStep)
{
    private readonly Channel<TransferInfo> _results = Channel.CreateUnbounded<TransferInfo>();
    private readonly ConcurrentDictionary<string, TransferRecord> _active = [];
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _filesKnown;
    private long _filesDone;
    private long _bytesKnown;
    private long _bytesDone;
    private readonly Dictionary<NodeId, (TransferInfo First, int Files, long Length, long Bytes)> _small = [];
    private int _smallFailures;

    public ChannelReader<TransferInfo> Results => _results.Reader;

    public void Known(long bytes)
    {
        Interlocked.Increment(ref _filesKnown);
        Interlocked.Add(ref _bytesKnown, bytes);
    }

    public void Start(TransferRecord record)
    {
        record.Begin();
        _active[record.Id] = record;
        if (TransferBook.IsLarge(record.Length))
        {
            record.IsListed = true;
            book.Started(record);
        }
    }

    /// <summary>Ends a transfer and publishes its outcome; the first one counts.</summary>
    public TransferInfo End(TransferRecord record, TransferStatus status, ContentHash? hash = null, PeerShareException? error = null)
    {
        TransferInfo info = record.End(status, hash, error);
        if (!record.TryEnd())
        {
            return info;
        }

        _active.TryRemove(record.Id, out _);
        Interlocked.Increment(ref _filesDone);
        Interlocked.Add(ref _bytesDone, record.Length);
        if (error is null)
        {
            log.TransferCompleted(info.Id, info.Direction, info.NodeId, info.SharePath, info.BytesTransferred, info.Duration, hash);
        }
        else
        {
            log.TransferFailed(info.Id, info.Direction, info.NodeId, info.SharePath, error.Error, error.Detail);
        }

        onStep?.Invoke(Printable.Escape(error is null
            ? $"{info.Peer}: {info.SharePath}: {status}, {info.BytesTransferred} bytes in {info.Duration.TotalMilliseconds:0} ms."
            : $"{info.Peer}: {info.SharePath}: {status}, {error.Error}."));
        Note(record, info);
        _results.Writer.TryWrite(info);
        return info;
    }

    /// <summary>Ends a transfer that failed. What was cut off can go on later; what somebody stopped, nobody waits for.</summary>
    public void Fail(TransferRecord record, PeerShareException error) => End(
        record,
        error.Error switch
        {
            PeerError.ConnectionLost or PeerError.TransferStalled or PeerError.PeerShuttingDown => TransferStatus.Interrupted,
            PeerError.TransferStopped => TransferStatus.Stopped,
            _ => TransferStatus.Failed,
        },
        error: error);

    private void Note(TransferRecord record, TransferInfo info)
    {
        if (info.Error is null)
        {
            book.Delivered(info);
        }

        if (TransferBook.IsLarge(info.Length) || record.IsListed
            || (info.Error is not null && Interlocked.Increment(ref _smallFailures) <= TransferBook.MostFailuresOfJob))
        {
            book.Ended(info, info.Error is null ? null : record.Recipe?.Invoke().ToString());
        }
        else if (info.Error is null)
        {
            lock (_small)
            {
                (TransferInfo first, int files, long length, long bytes) = _small.GetValueOrDefault(info.NodeId, (info, 0, 0, 0));
                _small[info.NodeId] = (first, files + 1, length + info.Length, bytes + info.BytesTransferred);
            }
        }
    }

    /// <summary>No more results come.</summary>
    public void Complete(Exception? failure = null)
    {
        lock (_small)
        {
            foreach ((TransferInfo first, int files, long length, long bytes) in _small.Values)
            {
                book.Summarise(first, files, length, bytes);
            }

            _small.Clear();
        }

        book.Write();
        if (_results.Writer.TryComplete(failure))
        {
            log.JobEnded(direction, Interlocked.Read(ref _filesDone), Interlocked.Read(ref _bytesDone), Stopwatch.GetElapsedTime(_start));
        }
    }

    public TransferSample Sample()
    {
        ActiveTransfer[] active = [.. _active.Values.Select(r => r.Sample())];
        return new TransferSample(
            Interlocked.Read(ref _filesKnown),
            Interlocked.Read(ref _filesDone),
            Interlocked.Read(ref _bytesKnown),
            Interlocked.Read(ref _bytesDone) + active.Sum(a => a.BytesDone),
            active);
    }
}
