namespace PSPeerShare.Core.Transfer;

/// <summary>
/// When a lost connection is tried again: soon, then ever more seldom, and never at the same moment as others who lost
/// theirs with it. Progress starts the count over; there is no bound on the time in all.
/// </summary>
internal sealed class RetryPace(TimeProvider clock)
{
    /// <summary>Pauses that bring nothing in a row before it is given up: about 15 s in all.</summary>
    public const int MostAttempts = 6;

    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(250);

    private int _attempts;

    /// <summary>Something has arrived since the last loss.</summary>
    public void Progressed() => _attempts = 0;

    /// <summary>Whether to try again at all.</summary>
    public bool IsWorthIt => _attempts < MostAttempts;

    /// <summary>Waits before the next attempt.</summary>
    public Task WaitAsync(CancellationToken cancellationToken) => Task.Delay(PauseOf(_attempts++, Random.Shared.NextDouble()), clock, cancellationToken);

    /// <summary>Between half of the pause and all of it.</summary>
    public static TimeSpan PauseOf(int attempt, double chance) => First * Math.Pow(2, attempt) * (0.5 + (chance / 2));
}
