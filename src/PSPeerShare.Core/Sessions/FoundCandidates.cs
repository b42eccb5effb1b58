using PSPeerShare.Core.Node;

namespace PSPeerShare.Core.Sessions;

/// <summary>Addresses as they are found, each once and not without end: whoever says them may say anything.</summary>
internal sealed class FoundCandidates(
    Func<CancellationToken, IAsyncEnumerable<DialCandidate>?> find, HashSet<string> tried, int limit, CancellationToken cancellationToken)
    : IAsyncDisposable
{
    private static readonly Task<bool> Never = new TaskCompletionSource<bool>().Task;

    private IAsyncEnumerator<DialCandidate>? _found;
    private Task<bool>? _next;
    private int _taken;

    public bool HasBegun { get; private set; }

    /// <summary>Whether nothing more will come.</summary>
    public bool IsOver => HasBegun && _next is null;

    /// <summary>Ends when <see cref="Take"/> has something to look at.</summary>
    public Task Next => _next ?? Never;

    public void Begin()
    {
        if (!HasBegun)
        {
            HasBegun = true;
            _found = find(cancellationToken)?.GetAsyncEnumerator(cancellationToken);
            _next = _found?.MoveNextAsync().AsTask();
        }
    }

    /// <summary>What was found, unless it is known already.</summary>
    public DialCandidate? Take()
    {
        if (_next is not { IsCompletedSuccessfully: true, Result: true } || _taken >= limit)
        {
            _ = _next?.Exception;
            _next = null;
            return null;
        }

        DialCandidate candidate = _found!.Current;
        _next = _found.MoveNextAsync().AsTask();
        if (!tried.Add(candidate.Address))
        {
            return null;
        }

        _taken++;
        return candidate;
    }

    public async ValueTask DisposeAsync()
    {
        if (_next is not null)
        {
            await _next.ContinueWith(static ended => _ = ended.Exception, TaskScheduler.Default);
        }

        if (_found is not null)
        {
            await _found.DisposeAsync();
        }
    }
}
