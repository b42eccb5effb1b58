using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

// What the receiving side says: verdicts on offers, and for each file that it is committed or why not.
internal sealed partial class PushStream
{
    /// <summary>A commit may wait for a slow disk to flush; longer than this and the peer is taken for stalled.</summary>
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromMinutes(5);

    /// <summary>When every file is answered, only the end of the stream is left to come.</summary>
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);

    private long _sentBytes;

    /// <summary>
    /// The next answer. While nothing is open, or bytes go out, silence is no stall; after the last answer it is an end.
    /// </summary>
    private async ValueTask<InboundFrame?> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            long sentBefore = Interlocked.Read(ref _sentBytes);
            using CancellationTokenSource limit = new(IsAllAnswered ? EndPatience : AnswerPatience, _stream.Connection.Clock);
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                _session.Touch();
                return await _stream.ReceiveAsync(patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                if (IsAllAnswered)
                {
                    return null;
                }

                lock (_open)
                {
                    if (_open.Count > 0 && Interlocked.Read(ref _sentBytes) == sentBefore)
                    {
                        throw new PeerShareException(
                            PeerError.TransferStalled, _session.PeerName, $"no answer for {AnswerPatience.TotalMinutes:0} minutes");
                    }
                }
            }
        }
    }

    private async Task HearAllAsync(CancellationToken cancellationToken)
    {
        while (await ReceiveAsync(cancellationToken) is { } received)
        {
            using InboundFrame frame = received;
            HasMoved = true;
            switch (frame.Type)
            {
                case FrameType.PushVerdicts:
                    foreach (PushVerdict verdict in frame.Parse(PushVerdicts.Parser).Verdicts)
                    {
                        Hear(verdict);
                    }

                    break;
                case FrameType.Committed:
                    Hear(frame.Parse(Committed.Parser));
                    break;
                case FrameType.ItemError:
                    ItemError error = frame.Parse(ItemError.Parser);
                    if ((WireError)error.Code == WireError.ContentMismatch && Offered(error.Index) is { ResumeAt: > 0 } entry)
                    {
                        // What it had of it was not what it should be; it has nothing of it any more.
                        if (Close(error.Index) is not null)
                        {
                            Again.Enqueue(entry);
                            CompleteWhenDone();
                        }

                        break;
                    }

                    Fail(error.Index, ToException((WireError)error.Code, error.Detail, FindOffered(error.Index)));
                    break;
                default:
                    throw _session.Violation($"{frame.Type} in answer to a push");
            }
        }

        lock (_open)
        {
            if (_open.Count > 0)
            {
                throw _session.Violation("the stream ended before all files were answered");
            }
        }
    }

    private void Hear(PushVerdict verdict)
    {
        PushEntry entry = Offered(verdict.Index);
        if (entry.IsAccepted || (verdict.WantHash && entry.IsHashWanted))
        {
            throw _session.Violation("two verdicts on one offer");
        }

        if (verdict.Accepted)
        {
            if (verdict.ResumeOffset < 0 || (verdict.ResumeOffset > 0 && verdict.ResumeOffset >= entry.File.Length))
            {
                throw _session.Violation("an offset outside of the file");
            }

            entry.IsAccepted = true;
            entry.ResumeAt = verdict.ResumeOffset;
            _accepted.Writer.TryWrite((verdict.Index, entry));
        }
        else if (verdict.WantHash)
        {
            entry.IsHashWanted = true;
            _toHash.Writer.TryWrite((verdict.Index, entry));
        }
        else
        {
            Fail(verdict.Index, ToException((WireError)verdict.Code, verdict.Detail, entry));
        }
    }

    private void Hear(Committed committed)
    {
        PushEntry entry = Offered(committed.Index);
        if (committed.Root.Length != ContentHash.SizeInBytes || Told(entry) != ContentHash.FromBytes(committed.Root.Span))
        {
            throw _session.Violation("a commit of what was not sent");
        }

        if (committed.StoredName.Length > 0)
        {
            entry.Record.SharePath = Printable.Escape(committed.StoredName);
        }

        End(
            committed.Index,
            committed.Unchanged ? TransferStatus.Unchanged : TransferStatus.Completed,
            ContentHash.FromBytes(committed.Root.Span));
    }

    // Whatever an inbox refuses, it is the inbox that refuses.
    private PeerShareException ToException(WireError code, string? detail, PushEntry? entry = null) => code switch
    {
        WireError.Refused => new PeerShareException(
            PeerError.PushRefused, _session.PeerName, string.IsNullOrEmpty(detail) ? null : Printable.Escape(detail)),
        WireError.NoSpace => new PeerShareException(PeerError.InboxFull, _session.PeerName, WhyFull(entry, detail)),
        _ => WireFaults.ToException(code, null, detail),
    };

    // The message names the peer, so here it is of which file.
    private static string WhyFull(PushEntry? entry, string? detail) => string.Join(
        ": ", ((string?[])[entry?.Name.ToPrintable(), Printable.Escape(detail ?? "")]).Where(part => !string.IsNullOrEmpty(part)));

    private ContentHash? Told(PushEntry entry)
    {
        lock (_open)
        {
            return entry.Told;
        }
    }

    private PushEntry Offered(uint index) => FindOffered(index) ?? throw _session.Violation("an answer to nothing that was offered");

    // What was withdrawn may have been answered meanwhile.
    private PushEntry? FindOffered(uint index)
    {
        lock (_open)
        {
            return _open.GetValueOrDefault(index);
        }
    }
}
