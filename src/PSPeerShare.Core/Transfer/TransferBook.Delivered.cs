using System.Collections.Concurrent;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Transfer;

// What has been delivered ends the story of earlier attempts at it, whichever command and process they were of.
internal sealed partial class TransferBook
{
    private readonly ConcurrentQueue<TransferRow> _delivered = [];
    private readonly Lock _loading = new();
    private volatile ConcurrentDictionary<string, bool>? _unfinished;

    /// <summary>A file is there as a whole: what is left of earlier attempts at it is forgotten soon.</summary>
    public void Delivered(TransferInfo info)
    {
        if (history is null || info.NodeId == default)
        {
            return;
        }

        // Large files are looked up each; of small ones there may be a million, so only those that failed before.
        if (IsLarge(info.Length) || (Unfinished() is { IsEmpty: false } left && left.ContainsKey(KeyOf(info))))
        {
            _delivered.Enqueue(TransferRows.ToRow(info, null, null));
            Wake();
        }
    }

    /// <summary>How a transfer stands, without writing anything first.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferNotFound"/>.</exception>
    public TransferInfo Look(string id) =>
        _running.TryGetValue(id, out TransferRecord? record) ? record.Now() : TransferRows.ToInfo(Find(id));

    private void NoteUnfinished(TransferInfo info, string? recipe)
    {
        if (info.Error is not null && recipe is not null && history is not null && !IsLarge(info.Length))
        {
            Unfinished()[KeyOf(info)] = true;
        }
    }

    private ConcurrentDictionary<string, bool> Unfinished()
    {
        if (_unfinished is { } known)
        {
            return known;
        }

        lock (_loading)
        {
            return _unfinished ??= Load();
        }
    }

    private ConcurrentDictionary<string, bool> Load()
    {
        var found = new ConcurrentDictionary<string, bool>(StringComparer.Ordinal);
        try
        {
            TransferStatus[] states = [TransferStatus.Interrupted, TransferStatus.Failed, TransferStatus.Stopped];
            foreach (TransferRow row in states.SelectMany(state => history!.Query(new TransferQuery { Status = state.ToString() })))
            {
                if (row.Recipe is not null && !IsLarge(row.Length))
                {
                    found[KeyOf(TransferRows.ToInfo(row))] = true;
                }
            }
        }
        catch (PeerShareException e)
        {
            log.Warning(e, "reading which transfers did not end well");
        }

        return found;
    }

    private void ForgetSuperseded()
    {
        List<TransferRow> delivered = [];
        while (_delivered.TryDequeue(out TransferRow? row))
        {
            delivered.Add(row);
        }

        if (delivered.Count == 0)
        {
            return;
        }

        try
        {
            history!.Supersede(delivered, TransferRows.Runs);
            Interlocked.Increment(ref _endsWritten);
        }
        catch (PeerShareException e)
        {
            log.Warning(e, "forgetting transfers that were made up for");
        }
    }

    private static string KeyOf(TransferInfo info) => $"{info.Direction}\n{info.NodeId}\n{info.SharePath}\n{info.LocalPath}";
}
