using PSPeerShare.Core;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Completion;

/// <summary>Offers the ids of this home's transfers: of those that the command can do something with.</summary>
public sealed class TransferCompleter : NameCompleter
{
    private const int Most = 100;

    private protected override IEnumerable<Candidate> Candidates(PeerNode node, Asked asked)
    {
        TransferStatus[]? states = StatesFor(asked.Command);
        bool isResume = states is not null && Array.Exists(states, static state => state == TransferStatus.Interrupted);
        return node.TransfersAsync(new TransferFilter { Statuses = states, Limit = isResume ? int.MaxValue : Most }, CancellationToken.None)
            .GetAwaiter().GetResult()
            .Where(transfer => !isResume || transfer.CanResume)
            .Take(Most)
            .Select(static transfer => new Candidate(transfer.Id, $"{transfer.Status}: {transfer.Name} ({transfer.Peer})"));
    }

    private static TransferStatus[]? StatesFor(string command)
    {
        string verb = command[(command.LastIndexOf('\\') + 1)..].Split('-')[0].ToUpperInvariant();
        return verb switch
        {
            "SUSPEND" => [TransferStatus.Running, TransferStatus.Queued],
            "STOP" => [TransferStatus.Running, TransferStatus.Queued, TransferStatus.Suspended],
            "RESUME" => [TransferStatus.Suspended, TransferStatus.Interrupted, TransferStatus.Stopped, TransferStatus.Failed],
            _ => null,
        };
    }
}
