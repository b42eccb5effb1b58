using System.Threading.Channels;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Fetches one large file from everyone who has it: looks for further sources, gets the tree that proves the content,
/// and gives the file its name when every group is proven (R2). With one source only it leaves the file to the plain
/// way, which is as fast and needs no tree.
/// </summary>
internal sealed class SwarmFetch(SwarmFinder finder, PeerFetchContext context, SourceOffer primary)
{
    // A source that knows the tree answers in a round trip; who is slower may have to read the file.
    private static readonly TimeSpan NextAfter = TimeSpan.FromSeconds(2);

    /// <summary>Whether a file may come from several sources at all.</summary>
    public static bool IsFor(FetchEntry entry, FetchOptions options) =>
        options.MaxSources > 1 && entry.File.Length >= PartialFile.FewestBytes && entry.File.Hash is not null;

    /// <summary>Fetches the file, and ends its record. False when there is nobody else or no proof: nothing has happened then.</summary>
    public async Task<bool> TryAsync(FetchEntry entry, CancellationToken cancellationToken)
    {
        ContentHash root = entry.File.Hash!.Value;
        using CancellationTokenSource looking = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            ChannelReader<SourceOffer> others = finder.Find(entry.File, root, looking.Token);
            bool isFound = await HasAnyAsync(others, cancellationToken);
            finder.Learn(isFound);
            if (!isFound)
            {
                return false;
            }

            List<SourceOffer> sources = [primary];
            if (await ProveAsync(sources, others, root, entry.File.Length, cancellationToken) is not { } proven)
            {
                return false;
            }

            await context.Slots.WaitAsync(cancellationToken);
            try
            {
                return await FetchAsync(entry, proven, sources, others, cancellationToken);
            }
            finally
            {
                context.Slots.Release();
            }
        }
        finally
        {
            await looking.CancelAsync();
        }
    }

    private async Task<bool> HasAnyAsync(ChannelReader<SourceOffer> others, CancellationToken cancellationToken)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(context.Options.WaitForSources);
        try
        {
            return await others.WaitToReadAsync(patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>The tree from whoever proves one first; a source that cannot is none.</summary>
    private async Task<ProvenContent?> ProveAsync(
        List<SourceOffer> sources, ChannelReader<SourceOffer> others, ContentHash root, long length, CancellationToken cancellationToken)
    {
        using CancellationTokenSource rest = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Dictionary<Task<ProvenContent?>, SourceOffer> asked = [];
        int next = 0;
        try
        {
            while (true)
            {
                while (others.TryRead(out SourceOffer? other))
                {
                    sources.Add(other);
                }

                if (next < sources.Count)
                {
                    asked.Add(ProveAsync(sources[next], root, length, rest.Token), sources[next]);
                    next++;
                }
                else if (asked.Count == 0)
                {
                    return null;
                }

                Task<ProvenContent?> any = await Task.WhenAny([.. asked.Keys, PauseAsync(rest.Token)]);
                if (asked.Remove(any, out SourceOffer? source))
                {
                    if (await any is { } proven)
                    {
                        return proven;
                    }

                    sources.Remove(source);
                    next--;
                }
            }
        }
        finally
        {
            await rest.CancelAsync();
            await ((Task)Task.WhenAll(asked.Keys)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<ProvenContent?> ProveAsync(SourceOffer source, ContentHash root, long length, CancellationToken cancellationToken)
    {
        try
        {
            PeerSession session = await source.Connect(cancellationToken);
            return await session.DescribeTreeAsync(source.Name, root, length, cancellationToken);
        }
        catch (PeerShareException e)
        {
            finder.Log.SourceDropped(source.NodeId, source.Name, e.Error, e.Detail);
            return null;
        }
    }

    private static async Task<ProvenContent?> PauseAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(NextAfter, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return null;
    }

    private async Task<bool> FetchAsync(
        FetchEntry entry, ProvenContent proven, List<SourceOffer> sources, ChannelReader<SourceOffer> others, CancellationToken cancellationToken)
    {
        context.Board.Start(entry.Record);
        ContentHash root = proven.Outboard.Root;
        try
        {
            PartialKey key = new(entry.Target, entry.Source, entry.File.Length, proven.ModifiedUnixNs, root);
            using PartialFile file = PartialFile.Open(context.Destination.Root, key);
            WithdrawWrong(file, proven.Outboard);
            entry.Record.Reused = file.BytesHeld;
            Swarm swarm = new(file, proven.Outboard, context, entry.Record, finder.Log);
            entry.Record.OnWish(() => swarm.GiveUp(new PeerShareException(PeerError.TransferStopped, entry.Shown)));
            sources.ForEach(source => swarm.Join(source, finder.Counters));
            await swarm.RunAsync(JoinAllAsync(swarm, others, swarm.Over));
            string[] target = Commit(entry, file, proven);
            entry.Record.LocalPath = context.Destination.LocalPath(target);
            context.Destination.Remember(target, file.FinalFacts!.Value, root, proven.Outboard);
            TransferInfo info = context.Board.End(entry.Record, TransferStatus.Completed, root);
            finder.Log.SourcesGathered(info.Id, entry.Name, info.Sources.Count, file.BytesFound);
        }
        catch (PeerShareException e) when (e.Error == PeerError.DestinationExists
            && context.Destination.HashOfExisting(entry, cancellationToken) == root)
        {
            context.Board.End(entry.Record, TransferStatus.Unchanged, root);
        }
        catch (PeerShareException e) when (e.Error == PeerError.TransferStopped && entry.Record.Wish == TransferWish.Suspend)
        {
            // The plain way knows how to rest, and goes on with what is there.
            return false;
        }
        catch (OperationCanceledException)
        {
            context.Fail(entry, new PeerShareException(PeerError.TransferStopped, entry.Shown));
        }
        catch (Exception e)
        {
            string shown = context.Destination.Root.Show(entry.Target);
            context.Fail(entry, e is PeerShareException known
                ? new PeerShareException(known.Error, known.Target ?? shown, known.Detail, known)
                : new PeerShareException(PeerError.Unexpected, shown, e.Message, e));
        }

        return true;
    }

    /// <summary>What an earlier attempt has left is believed only as far as the tree says the same.</summary>
    private static void WithdrawWrong(PartialFile file, Outboard tree)
    {
        for (long group = 0; group < tree.Layout.Count && file.BytesHeld > 0; group++)
        {
            if (file.HashOf(group) is { } hash && hash != tree.HashOf(group))
            {
                file.Withdraw(group);
            }
        }
    }

    private string[] Commit(FetchEntry entry, PartialFile file, ProvenContent proven)
    {
        try
        {
            long? modified = context.Options.NoTimestamp ? null : proven.ModifiedUnixNs;
            file.Commit(entry.Target, entry.Mode, modified, context.Options.Durable, proven.Outboard.Root, out string name);
            return [.. entry.Target[..^1], name];
        }
        catch (PeerShareException e) when (e.Error == PeerError.DestinationExists)
        {
            file.Discard();
            throw;
        }
    }

    private async Task JoinAllAsync(Swarm swarm, ChannelReader<SourceOffer> others, CancellationToken over)
    {
        try
        {
            await foreach (SourceOffer other in others.ReadAllAsync(over))
            {
                swarm.Join(other, finder.Counters);
            }
        }
        catch (OperationCanceledException)
        {
            // It is over; whoever answers now is too late.
        }
    }
}
