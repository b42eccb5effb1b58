namespace PSPeerShare.Core.Sessions;

/// <summary>Times as the wire has them: nanoseconds since 1970 UTC.</summary>
internal static class UnixTime
{
    private const long NanosecondsPerTick = 100;

    /// <summary>The time, cut to .NET's 100 ns; the whole range of a 64-bit count fits.</summary>
    public static DateTimeOffset ToDateTimeOffset(long unixNs) => DateTimeOffset.UnixEpoch.AddTicks(unixNs / NanosecondsPerTick);

    /// <summary>The count; times that 64 bits cannot hold (before 1678, after 2262) become the nearest that they can.</summary>
    public static long FromDateTimeOffset(DateTimeOffset time)
    {
        long ticks = (time - DateTimeOffset.UnixEpoch).Ticks;
        return ticks > long.MaxValue / NanosecondsPerTick ? long.MaxValue
            : ticks < long.MinValue / NanosecondsPerTick ? long.MinValue
            : ticks * NanosecondsPerTick;
    }
}
