using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

// The receiving half: the reader hands each file to a task that writes and verifies it, so that writing, hashing and
// naming of several files overlap with receiving the next ones.
internal sealed partial class FetchStream
{
    /// <summary>Of a file that cannot be kept, so much is received and dropped before the stream is given up instead.</summary>
    private const long DrainBytes = 4 * 1024 * 1024;

    private readonly WriterTasks _writing = new();
    private Arrival? _current;

    private async Task ReceiveAsync(CancellationToken stop)
    {
        try
        {
            while (true)
            {
                InboundFrame? frame = await _watch.ReceiveAsync(stop);
                if (frame is null)
                {
                    EndOfStream();
                    return;
                }

                _session.Touch();
                if (!await TakeAsync(frame, stop))
                {
                    _stream.Fail(WireError.Cancelled, null);
                    return;
                }
            }
        }
        catch (StreamFailedException e)
        {
            throw Abandon(WireFaults.ToException(e.Error, null, e.Detail));
        }
        catch (PeerShareException e)
        {
            throw Abandon(e);
        }
        finally
        {
            Abandon(new PeerShareException(PeerError.TransferStopped));
        }
    }

    /// <summary>Acts on a frame. False when the rest of the stream is not worth having.</summary>
    private async ValueTask<bool> TakeAsync(InboundFrame frame, CancellationToken stop)
    {
        if (frame.Type == FrameType.Data)
        {
            return await TakeDataAsync(frame, stop);
        }

        using (frame)
        {
            switch (frame.Type)
            {
                case FrameType.ItemHeader when _current is null:
                    await BeginAsync(frame.Parse(ItemHeader.Parser), stop);
                    return true;
                case FrameType.ItemEnd when _current is not null:
                    Finish(frame.Parse(ItemEnd.Parser));
                    return true;
                case FrameType.ItemError:
                    FailItem(frame.Parse(ItemError.Parser));
                    return true;
                default:
                    throw _session.Violation($"{frame.Type} out of order");
            }
        }
    }

    private async ValueTask<bool> TakeDataAsync(InboundFrame frame, CancellationToken stop)
    {
        if (_current is not { } current)
        {
            frame.Dispose();
            throw _session.Violation("data without a header");
        }

        _watch.Arrived(frame.Payload.Length);
        _counters.AddReceived(frame.Payload.Length);
        await _context.Limit.WaitAsync(frame.Payload.Length, stop);
        if (!current.File.Add(frame))
        {
            throw _session.Violation("more data than the header says");
        }

        return !(current.File.HasWriterEnded && current.File.Missing > DrainBytes);
    }

    private async ValueTask BeginAsync(ItemHeader header, CancellationToken stop)
    {
        FetchEntry entry = Expect(header.Index);
        if (header.Length < 0)
        {
            throw _session.Violation("a negative length");
        }

        await _context.Slots.WaitAsync(stop);
        entry.Record.Length = header.Length;
        entry.Record.ResetBytes();
        _context.Board.Start(entry.Record);
        ArrivingFile file = new(_context.Destination.Root, header.Length, entry.Record.AddBytes);
        file.Begin(_writing, () => WriteAsync(entry, file, header.ModifiedUnixNs, stop));
        _current = new Arrival(header.Index, file);
    }

    private void Finish(ItemEnd end)
    {
        if (end.Index != _current!.Index || end.Root.Length != ContentHash.SizeInBytes)
        {
            throw _session.Violation("an end that does not fit its header");
        }

        Ended();
        HasBroughtSome = true;
        _current.File.Finish(ContentHash.FromBytes(end.Root.Span));
        _current = null;
    }

    private void FailItem(ItemError error)
    {
        FetchEntry entry = Expect(error.Index);
        PeerShareException failure = WireFaults.ToException((WireError)error.Code, entry.Shown, error.Detail);
        Ended();
        HasBroughtSome = true;
        if (_current is { } current)
        {
            current.File.Abandon(failure);
            _current = null;
        }
        else
        {
            _context.Board.Fail(entry.Record, failure);
        }
    }

    private async Task WriteAsync(FetchEntry entry, ArrivingFile file, long modifiedUnixNs, CancellationToken stop)
    {
        try
        {
            FetchOptions options = _context.Options;
            file.Expected = entry.File.Hash;
            (ContentHash hash, string name, FileFacts facts) = await file.ReceiveAsync(
                entry.Target, entry.Mode, options.NoTimestamp ? null : modifiedUnixNs, options.Durable, stop);
            string[] target = [.. entry.Target[..^1], name];
            entry.Record.LocalPath = _context.Destination.LocalPath(target);
            _context.Destination.Remember(target, facts, hash);
            _context.Board.End(entry.Record, TransferStatus.Completed, hash);
        }
        catch (PeerShareException e) when (e.Error == PeerError.DestinationExists && IsThere(entry, file.Verified, stop))
        {
            // Another file of this batch, or another program, brought the same content first.
            _context.Board.End(entry.Record, TransferStatus.Unchanged, file.Verified);
        }
        catch (OperationCanceledException)
        {
            _context.Board.Fail(entry.Record, new PeerShareException(PeerError.TransferStopped, entry.Shown));
        }
        catch (Exception e)
        {
            // Whatever it was, the file ends with an outcome.
            string shown = _context.Destination.Root.Show(entry.Target);
            _context.Board.Fail(entry.Record, e is PeerShareException known
                ? new PeerShareException(known.Error, known.Target ?? shown, known.Detail, known)
                : new PeerShareException(PeerError.Unexpected, shown, e.Message, e));
        }
        finally
        {
            _context.Slots.Release();
        }
    }

    private bool IsThere(FetchEntry entry, ContentHash? content, CancellationToken stop) =>
        content is not null && _context.Destination.HashOfExisting(entry, stop) == content;

    /// <summary>The file that is arriving cannot be completed; its task ends it.</summary>
    private PeerShareException Abandon(PeerShareException why)
    {
        if (_current is { } current)
        {
            Ended();
            HasLostOne = true;
            current.File.Abandon(why);
            _current = null;
        }

        return why;
    }

    private void EndOfStream()
    {
        if (_current is not null || Left.Count > 0)
        {
            throw _session.Violation("the stream ended before all files came");
        }
    }

    private sealed record Arrival(uint Index, ArrivingFile File);
}
