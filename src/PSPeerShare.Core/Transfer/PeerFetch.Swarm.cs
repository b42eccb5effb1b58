using System.Threading.Channels;

namespace PSPeerShare.Core.Transfer;

// Large files of a known content: if others have it too, it comes from all of them; if not, the plain way.
internal sealed partial class PeerFetch
{
    private readonly Channel<FetchEntry> _toGather = Channel.CreateUnbounded<FetchEntry>(new UnboundedChannelOptions { SingleReader = true });

    /// <summary>Finds further sources; without it every file comes from this peer alone.</summary>
    public SwarmFinder? Finder { get; init; }

    private ChannelWriter<FetchEntry> QueueFor(FetchEntry entry) =>
        Finder is { } finder && SwarmFetch.IsFor(entry, _context.Options)
            && !LocalReuse.MayHelp(entry, _context.Destination) && finder.MayHaveOthers(entry.File) ? _toGather : _toFetch;

    private async Task GatherAllAsync(CancellationToken cancellationToken)
    {
        List<Task> gathering = [];
        try
        {
            await foreach (FetchEntry entry in _toGather.Reader.ReadAllAsync(cancellationToken))
            {
                gathering.RemoveAll(task => task.IsCompleted);
                if (gathering.Count >= Math.Max(1, _context.Options.ThrottleLimit))
                {
                    await Task.WhenAny(gathering);
                }

                gathering.Add(Task.Run(() => GatherAsync(entry, cancellationToken), CancellationToken.None));
            }
        }
        finally
        {
            await Task.WhenAll(gathering).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _toFetch.Writer.TryComplete();
        }
    }

    private async Task GatherAsync(FetchEntry entry, CancellationToken cancellationToken)
    {
        bool isDone = false;
        try
        {
            SourceOffer primary = new(entry.File.Peer, entry.File.NodeId, entry.Name, _connect);
            isDone = await new SwarmFetch(Finder!, _context, primary).TryAsync(entry, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Looking for others is never a reason to fail.
            Finder!.Log.Warning(e, "Looking for further sources failed");
        }

        if (!isDone)
        {
            _toFetch.Writer.TryWrite(entry);
        }
    }
}
