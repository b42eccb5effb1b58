using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Hosting;

/// <summary>
/// The store's entry of one hand-over: by it other sessions of the home see that it waits, and can end it. A store that
/// cannot be written costs only that.
/// </summary>
internal sealed class HandOverEntry : IDisposable
{
    private readonly HandOverTable _table;
    private readonly EventLog _log;
    private readonly string _id;
    private string? _receiver;
    private bool _isLost;

    public HandOverEntry(HandOverTable table, HandOverRow row, EventLog log)
    {
        _table = table;
        _log = log;
        _id = row.Id;
        Try(() => table.Insert(row));
    }

    /// <summary>Notes who has the attempt, and looks whether another session wants the end.</summary>
    public bool IsWithdrawn(string? receiver)
    {
        bool isWithdrawn = false;
        Try(() =>
        {
            if (receiver is not null && receiver != _receiver)
            {
                _table.Take(_id, receiver);
                _receiver = receiver;
            }

            isWithdrawn = _table.IsWithdrawn(_id);
        });
        return isWithdrawn;
    }

    public void Dispose() => Try(() => _table.Delete(_id));

    private void Try(Action act)
    {
        try
        {
            act();
            _isLost = false;
        }
        catch (PeerShareException e)
        {
            if (!_isLost)
            {
                _isLost = true;
                _log.Warning(e, "noting a hand-over");
            }
        }
    }
}
