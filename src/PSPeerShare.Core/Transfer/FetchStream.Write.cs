using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transfer;

// What becomes of one file: its task writes it, and ends it or says that it is to be asked for again.
internal sealed partial class FetchStream
{
    /// <summary>After so many surprises about what was there already it is fetched as a whole.</summary>
    private const int MostMismatches = 2;

    private async Task WriteAsync(FetchEntry entry, ArrivingFile file, ItemHeader header, CancellationToken stop)
    {
        ContentHash? verified = null;
        try
        {
            FetchOptions options = _context.Options;
            long? modified = options.NoTimestamp ? null : header.ModifiedUnixNs;
            string name;
            FileFacts facts;
            Outboard? tree = null;
            if (header.Length < PartialFile.FewestBytes)
            {
                entry.Partial?.Discard();
                (ContentHash hash, name, facts) = await file.ReceiveAsync(entry.Target, entry.Mode, modified, options.Durable, stop);
                verified = hash;
            }
            else
            {
                PartialFile partial = PartialOf(entry, header);
                ContentHash? stated = await file.ReceiveAsync(partial, stop);
                verified = await PartialArrival.VerifyAsync(
                    partial, stated, header.Ranged ? file.Expected : stated, () => AskTreeAsync(entry, header, stop));
                if (verified is null)
                {
                    AskAgain(entry);
                    return;
                }

                tree = partial.Commit(entry.Target, entry.Mode, modified, options.Durable, verified.Value, out name);
                facts = partial.FinalFacts!.Value;
            }

            string[] target = [.. entry.Target[..^1], name];
            entry.Record.LocalPath = _context.Destination.LocalPath(target);
            _context.Destination.Remember(target, facts, verified.Value, tree);
            _context.Board.End(entry.Record, TransferStatus.Completed, verified);
        }
        catch (PeerShareException e) when (e.Error == PeerError.DestinationExists && IsThere(entry, verified ?? file.Verified, stop))
        {
            // Another file of this batch, or another program, brought the same content first.
            entry.Partial?.Discard();
            _context.Board.End(entry.Record, TransferStatus.Unchanged, verified ?? file.Verified);
        }
        catch (PeerShareException e) when (e.Error is PeerError.ConnectionLost or PeerError.TransferStalled)
        {
            entry.NoteCut();
            PeerShareException why = new(e.Error, e.Target ?? entry.Shown, e.Detail, e);
            if (entry.Cuts < RetryPace.MostAttempts)
            {
                Again.Enqueue((entry, why));
            }
            else
            {
                _context.Fail(entry, why);
            }
        }
        catch (PeerShareException e) when (e.Error == PeerError.TransferStopped && entry.Record.Wish == TransferWish.Suspend)
        {
            Parked.Enqueue(entry);
        }
        catch (OperationCanceledException)
        {
            _context.Fail(entry, new PeerShareException(PeerError.TransferStopped, entry.Shown));
        }
        catch (Exception e)
        {
            // Whatever it was, the file ends with an outcome.
            if ((e as PeerShareException)?.Error is PeerError.ContentMismatch or PeerError.FileChanged or PeerError.DestinationExists)
            {
                entry.Partial?.Discard();
            }

            string shown = _context.Destination.Root.Show(entry.Target);
            _context.Fail(entry, e is PeerShareException known
                ? new PeerShareException(known.Error, known.Target ?? shown, known.Detail, known)
                : new PeerShareException(PeerError.Unexpected, shown, e.Message, e));
        }
        finally
        {
            file.Release();
            entry.Release();
            if (!ArrivingFile.IsSmall(header.Length))
            {
                _context.Slots.Release();
            }
        }
    }

    /// <summary>What was left of the file, or a new one: of a source that has changed nothing is mixed in (R4).</summary>
    private PartialFile PartialOf(FetchEntry entry, ItemHeader header)
    {
        if (header.Ranged)
        {
            return entry.Partial!;
        }

        entry.Partial?.Discard();
        entry.Release();
        return entry.Partial = PartialFile.Begin(
            _context.Destination.Root,
            new PartialKey(entry.Target, entry.Source, header.Length, header.ModifiedUnixNs, ContentWanted(entry, header)));
    }

    private async Task<Outboard> AskTreeAsync(FetchEntry entry, ItemHeader header, CancellationToken stop)
    {
        (long modified, Outboard tree) = await _session.DescribeTreeAsync(entry.Name, null, header.Length, stop);
        return modified == header.ModifiedUnixNs ? tree : throw new PeerShareException(PeerError.FileChanged, entry.Shown);
    }

    private void AskAgain(FetchEntry entry)
    {
        if (++entry.Mismatches > MostMismatches)
        {
            entry.Partial!.Discard();
        }

        Again.Enqueue((entry, null));
    }
}
