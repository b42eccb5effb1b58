using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Dashboard;

/// <summary>
/// All transfers of the home: those that this dashboard's pages began, as they are this moment, and those of other
/// sessions and of the history, as the node's list has them.
/// </summary>
/// <remarks>Any thread. What ended is the same list again while nothing is new, so that nobody compares it in vain.</remarks>
internal sealed class TransferOverview(IDashboardNode node, ServerGlance glance, TransferLedger ledger, Func<PeerShareException, ApiFault> explain)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ITransferListing _listing = node.WatchTransfers(DashboardLimits.EndedTransfers);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RateMeter> _rates = [];
    private readonly Dictionary<string, (TransferView View, long At)> _seen = [];
    private Task<Listed>? _reading;
    private long _began;
    private Listed? _last;
    private Joined? _joined;

    /// <summary>What runs and what ended.</summary>
    public async Task<(IReadOnlyList<TransferView> Running, IReadOnlyList<TransferView> Ended)> LookAsync(CancellationToken cancellationToken)
    {
        Listed listed = await ListAsync(cancellationToken);
        IReadOnlyList<TransferView> own = ledger.Running();
        Joined joined = Join(listed);
        Dictionary<string, TransferView> elsewhere = listed.Running.Where(t => !joined.Ids.Contains(t.Id)).ToDictionary(t => t.Id);
        List<TransferView> running = [];
        foreach (TransferView here in own.Where(t => !joined.Ids.Contains(t.Id)))
        {
            // Only what the list knows can be asked to rest.
            running.Add(elsewhere.Remove(here.Id, out TransferView? known)
                ? here with
                {
                    Status = known.Status, Offers = known.Offers, Path = known.Path, Sources = known.Sources,
                    Rate = known.Status == TransferStatus.Suspended ? 0 : here.Rate,
                }
                : here);
        }

        running.AddRange(NotOlder(elsewhere.Values, running, listed.ReadAt));
        return (running, joined.Ended);
    }

    // Between the last byte of an own transfer and its end only the list has it, as it was up to a second ago.
    private TransferView[] NotOlder(IEnumerable<TransferView> elsewhere, List<TransferView> own, long readAt)
    {
        lock (_gate)
        {
            TransferView[] views = [.. elsewhere.Select(t => _seen.TryGetValue(t.Id, out (TransferView View, long At) last) && last.At > readAt ? last.View : t)];
            foreach (string old in _seen.Where(s => s.Value.At <= readAt).Select(s => s.Key).ToArray())
            {
                _seen.Remove(old);
            }

            long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            own.ForEach(view => _seen[view.Id] = (view, now));
            return views;
        }
    }

    /// <summary>What was known is old now: something was asked of a transfer.</summary>
    public void Forget()
    {
        lock (_gate)
        {
            _began = long.MinValue / 2;
        }
    }

    private Joined Join(Listed listed)
    {
        lock (_gate)
        {
            long version = ledger.Version;
            Dictionary<string, TransferView> own = _joined?.Version == version ? _joined.Own : OwnEnds();

            // One that ended here and was resumed is the list's to tell; a list that was read before the end does not know of it.
            string[] resumed = [.. listed.Running.Where(t => own.TryGetValue(t.Id, out TransferView? ended) && listed.ReadAt > ended.Ended).Select(t => t.Id)];
            if (_joined?.Version == version && ReferenceEquals(_joined.Listed, listed.Ended) && _joined.Resumed.SequenceEqual(resumed, StringComparer.Ordinal))
            {
                return _joined;
            }

            List<TransferView> ended = [];
            HashSet<string> ids = [];
            HashSet<string> again = [.. resumed];
            Dictionary<string, TransferView> known = listed.Ended.ToDictionary(t => t.Id);
            foreach (TransferView view in own.Values)
            {
                TransferView? other = known.GetValueOrDefault(view.Id);
                if (!again.Contains(view.Id) && !(other?.Ended > view.Ended) && ids.Add(view.Id))
                {
                    ended.Add(other is null ? view : view with { Offers = other.Offers });
                }
            }

            long cleared = ledger.Cleared;
            ended.AddRange(listed.Ended.Where(t => t.Ended > cleared && ids.Add(t.Id)));
            return _joined = new Joined(listed.Ended, version, resumed, own, ended, ids);
        }
    }

    private Dictionary<string, TransferView> OwnEnds()
    {
        Dictionary<string, TransferView> own = [];
        foreach (TransferView view in ledger.Ended())
        {
            own.TryAdd(view.Id, view);
        }

        return own;
    }

    // One reading at a time, whoever waits for it.
    private Task<Listed> ListAsync(CancellationToken cancellationToken)
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

    private async Task<Listed> ReadAsync()
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        IReadOnlyList<TransferView> passing = await PassingAsync();
        TransferSight sight = await Task.Run(_listing.Look);
        TransferView[] running = [.. passing, .. sight.Running.Select(RunningView)];
        foreach (string gone in _rates.Keys.Except(running.Select(t => t.Id)).ToArray())
        {
            _rates.Remove(gone);
        }

        return _last = new Listed(sight.Ended, ReferenceEquals(_last?.Source, sight.Ended) ? _last.Ended : EndedViews(sight.Ended), running, now);
    }

    private IReadOnlyList<TransferView> EndedViews(IReadOnlyList<TransferInfo> infos)
    {
        Dictionary<TransferInfo, TransferView> before = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < _last?.Source.Count; i++)
        {
            before[_last.Source[i]] = _last.Ended[i];
        }

        return [.. infos.Select(info => before.GetValueOrDefault(info) ?? EndedView(info))];
    }

    // What peers began. It can only be watched: whoever began it decides how it goes on.
    private async Task<IReadOnlyList<TransferView>> PassingAsync()
    {
        try
        {
            ServerInfo? server = await glance.LookAsync(CancellationToken.None);
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

    private TransferView EndedView(TransferInfo info) => TransferView.Of(info, null, explain) with
    {
        Offers = info.CanResume ? ["resume"] : [],
    };

    private TransferView RunningView(TransferInfo info)
    {
        TransferView view = TransferView.Of(info, null, explain);
        return view with
        {
            Ended = null,
            Rate = info.Status == TransferStatus.Suspended ? 0 : RateOf(info.Id, view.Bytes),
            Offers = info.Status == TransferStatus.Suspended ? ["resume", "stop"] : ["suspend", "stop"],
        };
    }

    /// <summary>The node's list, as it was read.</summary>
    private sealed record Listed(
        IReadOnlyList<TransferInfo> Source, IReadOnlyList<TransferView> Ended, IReadOnlyList<TransferView> Running, long ReadAt);

    /// <summary>What ended, of the list and of this dashboard, and what it was made of.</summary>
    private sealed record Joined(
        IReadOnlyList<TransferView> Listed, long Version, string[] Resumed, Dictionary<string, TransferView> Own,
        IReadOnlyList<TransferView> Ended, HashSet<string> Ids);
}
