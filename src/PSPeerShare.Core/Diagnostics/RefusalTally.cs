namespace PSPeerShare.Core.Diagnostics;

/// <summary>
/// How often each peer was refused lately. The audit keeps so many bytes and forgets the oldest, so what costs a peer
/// nothing must not fill it: the first refusals of a minute are written, of the others only how many they were. It
/// knows no files and writes nothing. Any thread.
/// </summary>
/// <param name="clock">Measures the minute.</param>
/// <param name="write">Writes what was summed up: the operation, the peer and how many.</param>
internal sealed class RefusalTally(TimeProvider clock, Action<string, string, long> write) : IDisposable
{
    /// <summary>Refusals of a peer that are written in a minute.</summary>
    public const int InFull = 10;

    /// <summary>Peers that are counted apart; whoever is beyond them shares one count.</summary>
    public const int Peers = 4096;

    private const string Others = "others";

    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Operation, string Peer), long> _counts = [];
    private ITimer? _timer;
    private bool _isClosed;

    /// <summary>Counts a refusal, and says whether it is one of those that are written.</summary>
    public bool Take(string operation, string peer)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return true;
            }

            (string Operation, string Peer) key = (operation, peer);
            if (_counts.Count >= Peers && !_counts.ContainsKey(key))
            {
                key = (operation, Others);
            }

            _timer ??= clock.CreateTimer(static state => ((RefusalTally)state!).SumUp(), this, Minute, Timeout.InfiniteTimeSpan);
            long count = _counts.GetValueOrDefault(key) + 1;
            _counts[key] = count;
            return count <= InFull;
        }
    }

    /// <summary>Writes what is not written yet.</summary>
    public void Dispose()
    {
        SumUp();
        lock (_gate)
        {
            _isClosed = true;
        }
    }

    private void SumUp()
    {
        KeyValuePair<(string Operation, string Peer), long>[] counted;
        lock (_gate)
        {
            _timer?.Dispose();
            _timer = null;
            counted = [.. _counts];
            _counts.Clear();
        }

        foreach (((string operation, string peer), long count) in counted)
        {
            if (count > InFull)
            {
                write(operation, peer, count - InFull);
            }
        }
    }
}
