using System.Diagnostics;

namespace PSPeerShare.Core.Dashboard;

/// <summary>Bytes a second of something that is looked at now and then; the last seconds count most.</summary>
/// <remarks>One thread at a time.</remarks>
internal sealed class RateMeter
{
    private const double SmoothingSeconds = 2;

    private long _bytes;
    private long _time;
    private double _rate;
    private bool _hasBegun;
    private bool _hasRate;

    public long Next(long bytes)
    {
        if (!_hasBegun)
        {
            // What was there before somebody looked says nothing about the rate.
            _hasBegun = true;
            _bytes = bytes;
            _time = Stopwatch.GetTimestamp();
            return 0;
        }

        double elapsed = Stopwatch.GetElapsedTime(_time).TotalSeconds;
        if (elapsed < 0.05)
        {
            return (long)_rate;
        }

        double now = Math.Max(0, bytes - _bytes) / elapsed;
        double weight = _hasRate ? 1 - Math.Exp(-elapsed / SmoothingSeconds) : 1;
        _rate += weight * (now - _rate);
        _hasRate = true;
        _bytes = bytes;
        _time = Stopwatch.GetTimestamp();
        return (long)_rate;
    }
}
