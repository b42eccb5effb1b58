using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Catalog.Announced;

/// <summary>
/// Wakes those who announce when what they announce may have changed. One look a second serves all of them, and none is
/// taken while there is nobody.
/// </summary>
/// <remarks>Any thread.</remarks>
/// <param name="look">What is compared from look to look.</param>
/// <param name="interval">From one look to the next.</param>
/// <param name="clock">The time.</param>
/// <param name="log">For what goes wrong.</param>
internal sealed class CatalogFeed(Func<string> look, TimeSpan interval, TimeProvider clock, EventLog log)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _changed = New();
    private string _seen = "";
    private int _waiting;
    private bool _isLooking;

    /// <summary>Completes at the next change; to be taken before one looks oneself.</summary>
    public Task Changed
    {
        get
        {
            lock (_gate)
            {
                return _changed.Task;
            }
        }
    }

    /// <summary>Someone announces from now on.</summary>
    public void Join()
    {
        lock (_gate)
        {
            _waiting++;
            if (_isLooking)
            {
                return;
            }

            _isLooking = true;
        }

        Look();
        _ = Task.Run(LookAgainAsync);
    }

    /// <summary>Someone does no more.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _waiting--;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task LookAgainAsync()
    {
        while (true)
        {
            await Task.Delay(interval, clock);
            lock (_gate)
            {
                if (_waiting == 0)
                {
                    _isLooking = false;
                    return;
                }
            }

            Look();
        }
    }

    private void Look()
    {
        try
        {
            string now = look();
            lock (_gate)
            {
                if (now != _seen)
                {
                    _seen = now;
                    _changed.SetResult();
                    _changed = New();
                }
            }
        }
        catch (Exception e) when (e is PeerShareException or ObjectDisposedException)
        {
            log.Detail($"looking for changes to announce: {e.Message}");
        }
    }
}
