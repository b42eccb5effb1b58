using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
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
    private long _readAt;

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
                ? own with
                {
                    Status = known.Status, Offers = known.Offers, Path = known.Path, Sources = known.Sources,
                    Rate = known.Status == TransferStatus.Suspended ? 0 : own.Rate,
                }
                : own);
            shown.Add(own.Id);
        }

        List<TransferView> ended = [];
        foreach (TransferView own in ledger.Ended())
        {
            // One that ended here and was resumed is the list's to tell.
            TransferView? known = listed.GetValueOrDefault(own.Id);
            if (known is null || !IsLater(known, own))
            {
                if (shown.Add(own.Id))
                {
                    ended.Add(known?.Ended is not null ? own with { Offers = known.Offers } : own);
                }
            }
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

    /// <summary>What was known is old now: something was asked of a transfer.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _began = long.MinValue / 2;
        }
    }

    // A list that was read before the end does not know of it.
    private bool IsLater(TransferView known, TransferView own) =>
        known.Ended is null ? Volatile.Read(ref _readAt) > own.Ended : known.Ended > own.Ended;

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
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        IReadOnlyList<TransferInfo> all = await node.TransfersAsync(Newest, CancellationToken.None);
        TransferView[] listed = [.. await PassingAsync(), .. all.Select(ViewOf)];
        foreach (string gone in _rates.Keys.Except(listed.Where(t => t.Ended is null).Select(t => t.Id)).ToArray())
        {
            _rates.Remove(gone);
        }

        Volatile.Write(ref _readAt, now);
        return listed;
    }

    // What peers began. It can only be watched: whoever began it decides how it goes on.
    private async Task<IReadOnlyList<TransferView>> PassingAsync()
    {
        try
        {
            ServerInfo? server = await node.GetServerAsync(CancellationToken.None);
            if (server is not { Passing.Count: > 0 })
            {
                return [];
            }

            Dictionary<NodeId, string> names = node.GetPeers().ToDictionary(p => p.NodeId, p => p.Name);
            return [.. server.Passing.Select(f => new TransferView(
                f.Id, null, f.IsArriving ? TransferDirection.Receive : TransferDirection.Send, f.Name, "", names.GetValueOrDefault(f.NodeId) ?? f.NodeId.ShortId,
                f.Length, f.Bytes, RateOf(f.Id, f.Bytes), TransferStatus.Running, f.Started.ToUnixTimeMilliseconds(), null, [], null)
            {
                IsTheirs = true,
            })];
        }
        catch (PeerShareException)
        {
            // The node's own line says what is wrong.
            return [];
        }
    }

    private long RateOf(string id, long bytes)
    {
        if (!_rates.TryGetValue(id, out RateMeter? meter))
        {
            _rates[id] = meter = new RateMeter();
        }

        return meter.Next(bytes);
    }

    private TransferView ViewOf(TransferInfo info)
    {
        TransferView view = TransferView.Of(info, null, explain);
        bool runs = info.Status is TransferStatus.Queued or TransferStatus.Running or TransferStatus.Suspended;
        if (!runs)
        {
            return view with { Offers = info.Status is TransferStatus.Completed or TransferStatus.Unchanged ? [] : ["resume"] };
        }

        return view with
        {
            Ended = null,
            Rate = info.Status == TransferStatus.Suspended ? 0 : RateOf(info.Id, view.Bytes),
            Offers = info.Status == TransferStatus.Suspended ? ["resume", "stop"] : ["suspend", "stop"],
        };
    }
}
