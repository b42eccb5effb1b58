using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transfer;

// Large files: what arrived of one before its sender was cut off is kept, and the verdict on its next offer says from
// where it is to go on.
internal sealed partial class InboxReception
{
    private string Source(string[] target) => $"{stream.Connection.RemoteId}/{string.Join('/', target)}";

    /// <summary>How much of the beginning of an offered file is here.</summary>
    private async Task<long> ResumeAtAsync(PushItem item, string[] target)
    {
        await arrivals.TakeOverAsync(target);
        using PartialFile? partial = PartialFile.TryFind(inbox, target, Source(target), content: null);
        if (partial is null || partial.Key.Length != item.Length || partial.Key.ModifiedUnixNs != item.ModifiedUnixNs)
        {
            return 0;
        }

        // Of one that is here as a whole the last group comes again, so that there is something to send.
        IReadOnlyList<(long Offset, long Length)> missing = partial.Missing();
        return missing.Count > 0 ? missing[0].Offset : partial.WithdrawLast().Offset;
    }

    private async Task<(ContentHash Hash, string Name, FileFacts Facts, Outboard? Tree)> ReceiveLargeAsync(
        Arrival arrival, ItemHeader header, CancellationToken cancellationToken)
    {
        Accepted accepted = arrival.Item;
        arrivals.Add(accepted.Target, () => arrival.File.Abandon(new PeerShareException(PeerError.ConnectionLost)), arrival.Ended.Task);
        using PartialFile partial = Open(accepted, header);
        try
        {
            ContentHash? stated = await arrival.File.ReceiveAsync(partial, cancellationToken);
            Outboard tree = partial.Commit(
                accepted.Target, CommitMode.NewName, header.ModifiedUnixNs, durable: true, stated ?? default, out string name);
            return (stated!.Value, name, partial.FinalFacts!.Value, tree);
        }
        catch (PeerShareException e) when (e.Error is PeerError.ContentMismatch)
        {
            partial.Discard();
            throw;
        }
    }

    private PartialFile Open(Accepted accepted, ItemHeader header)
    {
        if (!header.Ranged)
        {
            PartialKey key = new(accepted.Target, Source(accepted.Target), header.Length, header.ModifiedUnixNs);
            return PartialFile.Begin(inbox, key);
        }

        PartialFile? partial = PartialFile.TryFind(inbox, accepted.Target, Source(accepted.Target), content: null);
        if (partial is null || partial.Key.Length != header.Length || partial.Key.ModifiedUnixNs != header.ModifiedUnixNs
            || partial.Missing() is not [(long offset, _), ..] || offset < accepted.ResumeAt)
        {
            partial?.Dispose();
            throw new PeerShareException(PeerError.ContentMismatch, detail: "what was here of it is gone");
        }

        return partial;
    }
}
