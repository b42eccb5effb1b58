using System.Collections.Concurrent;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Gets files of a known content from somebody else where their holder could not deliver them: one who has the content
/// after the other, until one has given it. Where nobody does, the file ends with what the holder's failure was.
/// </summary>
/// <remarks>Files may be left to it from any thread; they are fetched when their holders have nothing more to do with them.</remarks>
internal sealed class OtherSources(SwarmFinder finder)
{
    private const int FilesAtOnce = 8;

    private readonly ConcurrentQueue<(FetchEntry Entry, PeerShareException Why)> _left = [];

    /// <summary>Takes a file that has failed; false where another source would be no help, or is not wanted.</summary>
    public bool Takes(FetchEntry entry, PeerShareException why, FetchOptions options)
    {
        if (options.MaxSources < 2 || entry.File.Hash is null || !IsOfSource(why.Error, options) || !finder.MayHaveOthers(entry.File))
        {
            return false;
        }

        finder.Log.SourceDropped(entry.File.NodeId, entry.Name, why.Error, why.Detail);
        options.OnStep?.Invoke($"{entry.File.Peer}: {entry.Shown}: {why.Error}; asking who else has it.");
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
        bool isEnded = false;
        try
        {
            isEnded = await TryAllAsync(entry, context);
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

    private async Task<bool> TryAllAsync(FetchEntry entry, PeerFetchContext context)
    {
        using CancellationTokenSource looking = CancellationTokenSource.CreateLinkedTokenSource(context.Stop);
        bool isFound = false;
        try
        {
            ContentHash root = entry.File.Hash!.Value;
            await foreach (SourceOffer offer in finder.Find(entry.File, root, looking.Token).ReadAllAsync(context.Stop))
            {
                isFound = true;
                if (await TryAsync(entry with { Name = offer.Name, From = offer }, offer, context))
                {
                    return true;
                }
            }

            return false;
        }
        finally
        {
            finder.Learn(isFound);
            await looking.CancelAsync();
        }
    }

    private async Task<bool> TryAsync(FetchEntry entry, SourceOffer offer, PeerFetchContext context)
    {
        bool isRefused = false;
        PeerFetchContext attempt = context with
        {
            TakesOver = (_, why) =>
            {
                if (IsOfSource(why.Error, context.Options))
                {
                    finder.Log.SourceDropped(offer.NodeId, offer.Name, why.Error, why.Detail);
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

    // What is wrong with the destination is wrong wherever the bytes come from. A file that changes while it is read is
    // wanted as it becomes, unless it was asked for by its content.
    private static bool IsOfSource(PeerError error, FetchOptions options) => error switch
    {
        PeerError.DestinationExists or PeerError.DestinationInvalid or PeerError.DestinationNotWritable or PeerError.DestinationFull
            or PeerError.NameRefused or PeerError.NameCollision or PeerError.PathIsFolder or PeerError.PathNotFound
            or PeerError.PathNotReadable or PeerError.TransferStopped => false,
        PeerError.FileChanged => options.ByContent,
        _ => true,
    };
}
