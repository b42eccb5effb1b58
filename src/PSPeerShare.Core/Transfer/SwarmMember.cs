namespace PSPeerShare.Core.Transfer;

/// <summary>What a plan knows of one source: what it was asked for and how it has done so far.</summary>
internal sealed class SwarmMember(int id)
{
    // A rate is taken over at least this; the newest weighs this much.
    private static readonly TimeSpan RateWindow = TimeSpan.FromMilliseconds(250);
    private const double NewestWeight = 0.3;

    // Less than this is no sign of life: it would let a drip hold a lot for ever.
    private const int SignOfLifeBytes = 10 * 1024;

    private TimeSpan _windowStart;
    private long _windowBytes;
    private long _unseenBytes;

    public int Id { get; } = id;

    public bool IsActive { get; set; }

    /// <summary>Dropped, for whatever reason; it is never asked again.</summary>
    public bool IsGone { get; set; }

    /// <summary>Since when it is asked; before the first time <see langword="null"/>.</summary>
    public TimeSpan? ActiveSince { get; set; }

    /// <summary>Asked for and not arrived, in the order in which it will come.</summary>
    public List<int> Asked { get; } = [];

    /// <summary>Lots of which it sent wrong bytes.</summary>
    public HashSet<int> Spoilt { get; } = [];

    public int BadGroups { get; set; }

    /// <summary>Bytes a second lately; 0 until something was measured.</summary>
    public double Rate { get; private set; }

    /// <summary>When it last brought enough to count.</summary>
    public TimeSpan LastSeen { get; private set; }

    public void Ask(int lot, TimeSpan now)
    {
        if (Asked.Count == 0)
        {
            // What passed while it had nothing to do says nothing about it.
            _windowStart = LastSeen = now;
            _windowBytes = _unseenBytes = 0;
        }

        Asked.Add(lot);
    }

    public void Brought(int bytes, TimeSpan now)
    {
        _unseenBytes += bytes;
        if (_unseenBytes >= SignOfLifeBytes)
        {
            Seen(now);
        }

        _windowBytes += bytes;
        TimeSpan elapsed = now - _windowStart;
        if (elapsed >= RateWindow)
        {
            double latest = _windowBytes / elapsed.TotalSeconds;
            Rate = Rate == 0 ? latest : (Rate * (1 - NewestWeight)) + (latest * NewestWeight);
            _windowStart = now;
            _windowBytes = 0;
        }
    }

    public void Seen(TimeSpan now)
    {
        LastSeen = now;
        _unseenBytes = 0;
    }
}
