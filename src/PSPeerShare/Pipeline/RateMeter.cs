namespace PSPeerShare.Pipeline;

/// <summary>Bytes per second over the last few seconds, from samples of a counter.</summary>
internal sealed class RateMeter
{
    // Long enough to calm the figure, short enough to show a stall.
    private const int Samples = 25;

    private readonly Queue<(TimeSpan At, long Bytes)> window = new();

    internal long BytesPerSecond { get; private set; }

    internal void Add(TimeSpan at, long bytes)
    {
        window.Enqueue((at, bytes));
        if (window.Count > Samples)
        {
            window.Dequeue();
        }

        (TimeSpan firstAt, long firstBytes) = window.Peek();
        double seconds = (at - firstAt).TotalSeconds;
        BytesPerSecond = seconds > 0 ? (long)((bytes - firstBytes) / seconds) : 0;
    }

    /// <summary>Time for the given bytes at the present rate, or nothing when there is no rate.</summary>
    internal TimeSpan? TimeFor(long bytes) =>
        BytesPerSecond > 0 ? TimeSpan.FromSeconds(Math.Min((double)bytes / BytesPerSecond, int.MaxValue)) : null;
}
