using System.Collections.Concurrent;
using System.Threading.Channels;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Looks for further sources of the contents that one job fetches. It asks every peer in the book at once, and none
/// again that could not be reached. It does not judge what a peer says. What peers have announced says whom it is worth
/// asking, never who has what.
/// </summary>
internal sealed class SwarmFinder(
    SessionPool sessions,
    Func<IEnumerable<PeerTarget>> peers,
    Func<ContentHash, IReadOnlySet<NodeId>> announced,
    TransferCounters counters,
    EventLog log)
{
    // A peer may have to read a file before it can answer; nobody waits for that but its own question.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// After so many questions in a row that brought nobody, further ones would only cost time; but those who have
    /// announced the content are always asked.
    /// </summary>
    private const int MostInVain = 8;

    private readonly ConcurrentDictionary<NodeId, bool> _unreachable = [];
    private int _inVain;

    public TransferCounters Counters => counters;

    public EventLog Log => log;

    /// <summary>
    /// Whether it makes sense to ask about a file at all, and is allowed: who was shown it by a ticket or a code tells
    /// nobody what it is.
    /// </summary>
    public bool MayHaveOthers(RemoteFile file) => file is { Hash: { } root, Ticket: null, Addresses: null }
        && (file.OtherHolders.Count > 0 || WorthAsking([.. Others(file)], root).Any());

    /// <summary>Says how a source has failed: who is away, silent or in the middle of leaving is not asked again.</summary>
    public void Judge(NodeId source, PeerError failure)
    {
        if (failure is PeerError.PeerUnreachable or PeerError.ConnectTimeout or PeerError.HostNotFound or PeerError.PeerHasNoAddress
            or PeerError.ConnectionLost or PeerError.TransferStalled or PeerError.PeerShuttingDown or PeerError.PeerBusy)
        {
            _unreachable[source] = true;
        }
    }

    /// <summary>Says whether a question brought anybody.</summary>
    public void Learn(bool isFound)
    {
        if (isFound)
        {
            Volatile.Write(ref _inVain, 0);
        }
        else
        {
            Interlocked.Increment(ref _inVain);
        }
    }

    /// <summary>Everyone but the file's holder who has its content, as they answer.</summary>
    public ChannelReader<SourceOffer> Find(RemoteFile file, ContentHash root, CancellationToken cancellationToken)
    {
        Channel<SourceOffer> found = Channel.CreateUnbounded<SourceOffer>();
        PeerTarget[] others = [.. Others(file)];
        foreach (FileHolder holder in file.OtherHolders)
        {
            if (Array.Find(others, peer => peer.NodeId == holder.NodeId) is { } known
                && WirePath.TryParse(holder.SharePath, out WirePath? name, out _))
            {
                found.Writer.TryWrite(Offer(known, holder.NodeId, name));
            }
        }

        HashSet<NodeId> named = [.. file.OtherHolders.Select(holder => holder.NodeId)];
        Task[] asking = [.. WorthAsking(others, root)
            .Where(peer => !named.Contains(peer.NodeId!.Value))
            .Select(peer => AskAsync(peer, peer.NodeId!.Value, root, file.Length, found.Writer, cancellationToken))];
        _ = Task.WhenAll(asking).ContinueWith(_ => found.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        return found.Reader;
    }

    private IEnumerable<PeerTarget> Others(RemoteFile file) => peers().Where(peer =>
        peer.NodeId is { } id && id != file.NodeId && !_unreachable.ContainsKey(id));

    private IEnumerable<PeerTarget> WorthAsking(PeerTarget[] others, ContentHash root)
    {
        if (Volatile.Read(ref _inVain) < MostInVain || others.Length == 0)
        {
            return others;
        }

        IReadOnlySet<NodeId> holders = announced(root);
        return others.Where(peer => holders.Contains(peer.NodeId!.Value));
    }

    private async Task AskAsync(
        PeerTarget peer, NodeId id, ContentHash root, long length, ChannelWriter<SourceOffer> found, CancellationToken cancellationToken)
    {
        try
        {
            PeerSession session;
            try
            {
                session = await sessions.OpenAsync(peer, ConnectPatience, cancellationToken);
            }
            catch (PeerShareException)
            {
                _unreachable[id] = true;
                throw;
            }

            if (!session.Offers(Capabilities.WhoHas) || !session.Offers(Capabilities.Ranges))
            {
                return;
            }

            Dictionary<ContentHash, long> wanted = new() { [root] = length };
            await foreach (ContentHolder holder in session.WhoHasAsync(wanted, Silence, cancellationToken))
            {
                found.TryWrite(Offer(peer, id, holder.Name));
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for the answer any more.
        }
        catch (PeerShareException e)
        {
            Judge(id, e.Error);
            log.Step($"{peer.Text} does not say whether it has {root}: {e.Error} {e.Detail}");
        }
    }

    private SourceOffer Offer(PeerTarget peer, NodeId id, WirePath name) =>
        new(peer.Text, id, name, stop => sessions.OpenAsync(peer, ConnectPatience, stop));
}
