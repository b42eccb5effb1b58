using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Dashboard;

/// <summary>
/// All transfers of the home: those that this dashboard's pages began, as they are this moment, and those of other
/// sessions and of the history, as the node's list has them.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class TransferOverview(IDashboardNode node, TransferLedger ledger, Func<PeerShareException, ApiFault> explain)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TransferFilter Newest = new() { Limit = DashboardLimits.EndedTransfers };

    private readonly Lock _gate = new();
    private readonly Dictionary<string, RateMeter> _rates = [];
    private Task<IReadOnlyList<TransferView>>? _reading;
    private long _began;

    /// <summary>What runs and what ended.</summary>
    public async Task<(IReadOnlyList<TransferView> Running, IReadOnlyList<TransferView> Ended)> LookAsync(CancellationToken cancellationToken)
    {
        Dictionary<string, TransferView> listed = (await ListAsync(cancellationToken)).ToDictionary(t => t.Id);
        List<TransferView> running = [];
        HashSet<string> shown = [];
        foreach (TransferView own in ledger.Running())
        {
            // Only what the list knows can be asked to rest.
            running.Add(listed.TryGetValue(own.Id, out TransferView? known) && known.Ended is null
                ? own with { Status = known.Status, Offers = known.Offers, Path = known.Path }
                : own);
            shown.Add(own.Id);
        }

        List<TransferView> ended = [];
        foreach (TransferView own in ledger.Ended().Where(t => shown.Add(t.Id)))
        {
            ended.Add(listed.TryGetValue(own.Id, out TransferView? known) && known.Ended is not null ? own with { Offers = known.Offers } : own);
        }

        foreach (TransferView other in listed.Values.Where(t => shown.Add(t.Id)))
        {
            if (other.Ended is null)
            {
                running.Add(other);
            }
            else if (other.Ended > ledger.Cleared)
            {
                ended.Add(other);
            }
        }

        return (running, ended);
    }

    // One reading at a time, whoever waits for it.
    private Task<IReadOnlyList<TransferView>> ListAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_reading is null || (_reading.IsCompleted && Environment.TickCount64 - _began >= Interval.TotalMilliseconds))
            {
                _began = Environment.TickCount64;
                _reading = ReadAsync();
            }

            return _reading.WaitAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<TransferView>> ReadAsync()
    {
        IReadOnlyList<TransferInfo> all = await node.TransfersAsync(Newest, CancellationToken.None);
        TransferView[] listed = [.. all.Select(ViewOf)];
        foreach (string gone in _rates.Keys.Except(listed.Where(t => t.Ended is null).Select(t => t.Id)).ToArray())
        {
            _rates.Remove(gone);
        }

        return listed;
    }

    private TransferView ViewOf(TransferInfo info)
    {
        TransferView view = TransferView.Of(info, null, explain);
        bool runs = info.Status is TransferStatus.Queued or TransferStatus.Running or TransferStatus.Suspended;
        if (!runs)
        {
            return view with { Offers = info.Status is TransferStatus.Completed or TransferStatus.Unchanged ? [] : ["resume"] };
        }

        if (!_rates.TryGetValue(info.Id, out RateMeter? meter))
        {
            _rates[info.Id] = meter = new RateMeter();
        }

        return view with
        {
            Ended = null,
            Rate = meter.Next(view.Bytes),
            Offers = info.Status == TransferStatus.Suspended ? ["resume", "stop"] : ["suspend", "stop"],
        };
    }
}
