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

    private readonly WriterTasks _writing;
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
                    return await BeginAsync(frame.Parse(ItemHeader.Parser), stop);
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

        HasBroughtSome = true;
        _watch.Arrived(frame.Payload.Length);
        _counters.AddReceived(frame.Payload.Length);
        await _context.Limit.WaitAsync(frame.Payload.Length, stop);
        if (!current.File.Add(frame))
        {
            throw _session.Violation("more data than the header says, or in crumbs");
        }

        return !(current.File.HasWriterEnded && current.File.Missing > DrainBytes);
    }

    private async ValueTask<bool> BeginAsync(ItemHeader header, CancellationToken stop)
    {
        FetchEntry entry = Expect(header.Index);
        if (header.Length < 0)
        {
            throw _session.Violation("a negative length");
        }

        if (entry.From is not null && header.Length != entry.File.Length)
        {
            // It cannot be that content, and may be very long.
            Ended();
            entry.Release();
            _context.Fail(entry, new PeerShareException(PeerError.ContentMismatch, entry.Shown));
            return false;
        }

        if (ArrivingFile.IsSmall(header.Length))
        {
            await _writing.RoomForSmallAsync(stop);
        }
        else
        {
            await _context.Slots.WaitAsync(stop);
        }

        if (header.Ranged && (entry.Asked.Count == 0 || entry.Partial is not { } there || there.Key.Length != header.Length))
        {
            throw _session.Violation("parts of a file that were not asked for");
        }

        entry.Record.Length = header.Length;
        entry.Record.Reused = header.Ranged ? Math.Max(0, entry.Partial!.BytesHeld - entry.Record.Bytes) : 0;
        if (!header.Ranged)
        {
            entry.Record.ResetBytes();
        }

        _context.Board.Start(entry.Record);
        ArrivingFile file = new(_context.Destination.Root, header.Length, entry.AddBytes, header.Ranged ? entry.Asked : null)
        {
            Expected = header.Ranged ? entry.File.Hash : ContentWanted(entry, header),
        };
        file.Begin(_writing, () => WriteAsync(entry, file, header, stop));
        _current = new Arrival(header.Index, file, header.Ranged);
        if (header.Length >= PartialFile.FewestBytes)
        {
            entry.Record.OnWish(() => file.Abandon(new PeerShareException(PeerError.TransferStopped, entry.Shown)));
        }

        return true;
    }

    /// <summary>
    /// What the file has to hold: what was asked for by its content, what somebody else said to have of it, or what a
    /// listing said. A file that has changed since it was listed is fetched as it is now, like one of which nobody knew
    /// the hash.
    /// </summary>
    private ContentHash? ContentWanted(FetchEntry entry, ItemHeader header)
    {
        bool isAsListed = header.Length == entry.File.Length
            && UnixTime.ToDateTimeOffset(header.ModifiedUnixNs) == entry.File.LastWriteTime;
        return isAsListed || entry.From is not null || _context.Options.ByContent ? entry.File.Hash : null;
    }

    private void Finish(ItemEnd end)
    {
        bool hasRoot = end.Root.Length == ContentHash.SizeInBytes;
        if (end.Index != _current!.Index || !(hasRoot || (end.Root.IsEmpty && _current.IsRanged)))
        {
            throw _session.Violation("an end that does not fit its header");
        }

        Ended();
        HasBroughtSome = true;
        _current.File.Finish(hasRoot ? ContentHash.FromBytes(end.Root.Span) : null);
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
            entry.Release();
            _context.Fail(entry, failure);
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

    private sealed record Arrival(uint Index, ArrivingFile File, bool IsRanged);
}
