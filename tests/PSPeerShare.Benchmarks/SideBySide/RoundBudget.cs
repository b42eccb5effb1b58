using System.Diagnostics;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>How often a scenario may run: so many rounds, and no round that would not end in its time. One runs always.</summary>
/// <param name="rounds">The most rounds.</param>
/// <param name="time">How long all of them may take; null is for ever.</param>
internal sealed class RoundBudget(int rounds, TimeSpan? time)
{
    private readonly Stopwatch _spent = Stopwatch.StartNew();
    private TimeSpan _begun;
    private TimeSpan _longest;
    private int _done;

    /// <summary>Whether there is to be another round; it begins now.</summary>
    public bool Next()
    {
        TimeSpan now = _spent.Elapsed;
        if (_done > 0)
        {
            _longest = now - _begun > _longest ? now - _begun : _longest;
            if (_done == rounds || now + _longest > time)
            {
                return false;
            }
        }

        _done++;
        _begun = now;
        return true;
    }
}
