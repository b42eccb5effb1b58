using System.Collections.Concurrent;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Gets files of a known content from somebody else where their holder could not deliver them: one who has the content
/// after the other, until one has given it. Where nobody does, the file ends with what the holder's failure was.
/// </summary>
/// <remarks>Files may be left to it from any thread; they are fetched when their holders have nothing more to do with them.</remarks>
internal sealed class OtherSources(SwarmFinder finder)
{
    private const int FilesAtOnce = 8;

    /// <summary>How long a file waits for somebody to say that he has it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentQueue<(FetchEntry Entry, PeerShareException Why)> _left = [];

    /// <summary>Takes a file that has failed; false where another source would be no help, or is not wanted.</summary>
    public bool Takes(FetchEntry entry, PeerShareException why, FetchOptions options)
    {
        if (options.MaxSources < 2 || !IsOfSource(entry, why.Error, options.ByContent) || !finder.MayHaveOthers(entry.File))
        {
            return false;
        }

        finder.Log.SourceDropped(entry.File.NodeId, entry.Name, why.Error, why.Detail);
        options.OnStep?.Invoke(Printable.Escape($"{entry.File.Peer}: {entry.Shown}: {why.Error}; asking who else has it."));
        _left.Enqueue((entry, why));
        return true;
    }

    /// <summary>Brings what was left so far. Every file gets an outcome, also when it is cancelled.</summary>
    public Task BringAsync(PeerFetchContext context) => Task.WhenAll(
        Enumerable.Range(0, Math.Min(FilesAtOnce, _left.Count)).Select(_ => Task.Run(async () =>
        {
            while (_left.TryDequeue(out (FetchEntry Entry, PeerShareException Why) left))
            {
                await BringAsync(left.Entry, left.Why, context);
            }
        })));

    private async Task BringAsync(FetchEntry entry, PeerShareException why, PeerFetchContext context)
    {
        // What is there of it is opened anew by whoever goes on with it.
        entry.Release();
        bool isEnded = false;
        try
        {
            isEnded = IsThere(entry, context) || await TryAllAsync(entry, context);
        }
        catch (PeerShareException e)
        {
            why = e;
        }
        catch (OperationCanceledException)
        {
            why = new PeerShareException(PeerError.TransferStopped, entry.Shown);
        }
        catch (Exception e)
        {
            // Looking for others is never a reason to fail in another way.
            finder.Log.Warning(e, "Looking for another source failed");
        }

        if (!isEnded)
        {
            context.Board.Fail(entry.Record, why);
        }
    }

    /// <summary>The holder may have failed before it could be compared with what is there.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationExists"/>: another content has the name.</exception>
    private static bool IsThere(FetchEntry entry, PeerFetchContext context)
    {
        ContentHash root = entry.File.Hash!.Value;
        ContentHash? here = context.Destination.HashOfExisting(entry, context.Stop);
        bool isKept = context.Keeps(entry, here, root);
        if (!isKept && here is not null)
        {
            context.Destination.Demand(entry);
        }

        return isKept;
    }

    private async Task<bool> TryAllAsync(FetchEntry entry, PeerFetchContext context)
    {
        using CancellationTokenSource looking = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        bool isFound = false;
        try
        {
            ContentHash root = entry.File.Hash!.Value;
            var offers = finder.Find(entry.File, root, looking.Token);
            looking.CancelAfter(Patience);
            entry.Record.OnWish(() => CancelIfStopped(entry, looking));
            while (await offers.WaitToReadAsync(looking.Token))
            {
                while (offers.TryRead(out SourceOffer? offer))
                {
                    isFound = true;
                    if (await TryAsync(entry.At(offer), offer, context))
                    {
                        return true;
                    }

                    looking.CancelAfter(Patience);
                }
            }
        }
        catch (OperationCanceledException) when (!context.Stop.IsCancellationRequested && entry.Record.Wish != TransferWish.Stop)
        {
            // Nobody else says anything.
        }
        finally
        {
            finder.Learn(isFound);
            await looking.CancelAsync();
        }

        return false;
    }

    private async Task<bool> TryAsync(FetchEntry entry, SourceOffer offer, PeerFetchContext context)
    {
        bool isRefused = false;
        PeerFetchContext attempt = context with
        {
            TakesOver = (_, why) =>
            {
                if (IsOfSource(entry, why.Error, isByContent: true))
                {
                    finder.Log.SourceDropped(offer.NodeId, offer.Name, why.Error, why.Detail);
                    finder.Judge(offer.NodeId, why.Error);
                    return isRefused = true;
                }

                return false;
            },
        };
        PeerFetch fetch = new(offer.Connect, attempt, finder.Counters);
        fetch.Add(entry, FetchDestination.Step.Fetch);
        fetch.CompleteAdding();
        await fetch.Completion;
        return !isRefused;
    }

    private static void CancelIfStopped(FetchEntry entry, CancellationTokenSource looking)
    {
        if (entry.Record.Wish == TransferWish.Stop)
        {
            try
            {
                looking.Cancel();
            }
            catch (ObjectDisposedException)
            {
                // It has ended just now.
            }
        }
    }

    // What is wrong with the destination is wrong wherever the bytes come from. A file that changes while it is read is
    // wanted as it becomes, unless it was asked for by its content.
    private static bool IsOfSource(FetchEntry entry, PeerError error, bool isByContent) => error switch
    {
        PeerError.DestinationExists or PeerError.DestinationInvalid or PeerError.DestinationNotWritable or PeerError.DestinationFull
            or PeerError.NameRefused or PeerError.NameCollision or PeerError.PathIsFolder or PeerError.PathNotFound
            or PeerError.PathNotReadable => false,

        // A source may say that it has stopped, too.
        PeerError.TransferStopped => entry.From is not null && entry.Record.Wish == TransferWish.None,
        PeerError.FileChanged => isByContent,
        _ => true,
    };
}
