using System.Diagnostics;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Core.Catalog;

/// <summary>Makes work in the background wait while files are being sent or received.</summary>
/// <remarks>Any thread. While nothing goes over the wire it costs one comparison.</remarks>
internal sealed class TransferPause(TransferCounters counters)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    /// <summary>Others than transfers wait as well; in the end their work gets done, if slowly.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);

    private long _lookedAt = Stopwatch.GetTimestamp();
    private long _seen = counters.BytesSent + counters.BytesReceived;

    /// <summary>Whether file bytes have moved lately, for work that can be left.</summary>
    public bool IsCalled
    {
        get
        {
            if (Stopwatch.GetElapsedTime(Interlocked.Read(ref _lookedAt)) < Look)
            {
                return false;
            }

            bool moved = Moved();
            Interlocked.Exchange(ref _lookedAt, moved ? 0 : Stopwatch.GetTimestamp());
            return moved;
        }
    }

    /// <summary>Returns when no file bytes have moved for a moment, or after some seconds.</summary>
    public void Wait(CancellationToken cancellationToken)
    {
        if (Stopwatch.GetElapsedTime(Interlocked.Read(ref _lookedAt)) < Look)
        {
            return;
        }

        long start = Stopwatch.GetTimestamp();
        while (Moved() && Stopwatch.GetElapsedTime(start) < Longest)
        {
            cancellationToken.WaitHandle.WaitOne(Quiet);
            cancellationToken.ThrowIfCancellationRequested();
        }

        Interlocked.Exchange(ref _lookedAt, Stopwatch.GetTimestamp());
    }

    private bool Moved()
    {
        long now = counters.BytesSent + counters.BytesReceived;
        return Interlocked.Exchange(ref _seen, now) != now;
    }
}
