using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Bounds what empty batches can buy: they stand for a holder that is looking, so they may not come in floods, and not
/// for ever without a find.
/// </summary>
internal sealed class KeepAlives(TimeProvider clock)
{
    private long _lastFind = clock.GetTimestamp();
    private long _empty;

    /// <summary>Notes a batch; says what is wrong with it, if anything.</summary>
    public string? Take(int entries)
    {
        if (entries > 0)
        {
            _lastFind = clock.GetTimestamp();
            _empty = 0;
            return null;
        }

        TimeSpan quiet = clock.GetElapsedTime(_lastFind);
        return ++_empty > Limits.KeepAliveBurst + (quiet / Limits.KeepAliveInterval) ? "empty batches in a flood"
            : quiet > Limits.QuietSearch ? $"nothing but empty batches for {quiet.TotalMinutes:0} minutes"
            : null;
    }
}
