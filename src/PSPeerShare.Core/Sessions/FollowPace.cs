namespace PSPeerShare.Core.Sessions;

/// <summary>How eagerly peers' catalogs are followed.</summary>
/// <param name="Tick">From one look at who is connected to the next.</param>
/// <param name="FirstDial">How long after the start a peer is dialled for the first time, at most; half of it at least.</param>
/// <param name="Retry">After how long a peer that could not be reached is tried again at first; twice as long each time.</param>
/// <param name="LastRetry">The longest time between two attempts, and between two visits.</param>
/// <param name="Standing">How many peers are listened to all the time; the others are visited in turn.</param>
internal sealed record FollowPace(TimeSpan Tick, TimeSpan FirstDial, TimeSpan Retry, TimeSpan LastRetry, int Standing)
{
    public static FollowPace Default { get; } = new(
        TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(20), 64);

    /// <summary>A time between three quarters and five quarters of another, so that not everyone comes at once.</summary>
    public static TimeSpan Spread(TimeSpan time) => time * (0.75 + (Random.Shared.NextDouble() / 2));
}
