using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Reads a stream and sees to it that what the other side owes arrives at more than a drip (D2). While it has no credit,
/// or nothing is owed, it may be silent for ever.
/// </summary>
/// <remarks>
/// Time that passes in waiting is taken from a patience of <see cref="Limits.WriteStall"/>; each byte gives some back,
/// so that <see cref="Limits.ProgressBytesPerSecond"/> keeps it from running out. One reader.
/// </remarks>
internal sealed class StallWatch(PeerStream stream, Func<bool> isOwed)
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _clock = stream.Connection.Clock;
    private TimeSpan _patience = Limits.WriteStall;

    /// <summary>The next frame, or null when the other side has finished.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TransferStalled"/>.</exception>
    public async ValueTask<InboundFrame?> ReceiveAsync(CancellationToken cancellationToken)
    {
        ValueTask<InboundFrame?> arriving = stream.ReceiveAsync(cancellationToken);
        if (arriving.IsCompleted)
        {
            return await arriving;
        }

        Task<InboundFrame?> arrival = arriving.AsTask();
        while (true)
        {
            long start = _clock.GetTimestamp();
            using CancellationTokenSource paused = new();
            Task pause = Task.Delay(Look, _clock, paused.Token);
            bool hasArrived = await Task.WhenAny(arrival, pause) == arrival;
            await paused.CancelAsync();
            Spend(_clock.GetElapsedTime(start));
            if (hasArrived)
            {
                return await arrival;
            }
        }
    }

    /// <summary>So many bytes of what is owed have come.</summary>
    public void Arrived(int bytes) => GiveBack(TimeSpan.FromSeconds((double)bytes / Limits.ProgressBytesPerSecond));

    /// <summary>One of the things that are owed has come to its end.</summary>
    public void Ended() => GiveBack(Limits.WriteStall);

    private void GiveBack(TimeSpan time)
    {
        TimeSpan patience = _patience + time;
        _patience = patience < Limits.WriteStall ? patience : Limits.WriteStall;
    }

    private void Spend(TimeSpan time)
    {
        if (!isOwed())
        {
            _patience = Limits.WriteStall;
        }
        else if (stream.HasGrantedCredit && (_patience -= time) < TimeSpan.Zero)
        {
            throw new PeerShareException(
                PeerError.TransferStalled,
                stream.Connection.Target,
                $"less than {Limits.ProgressBytesPerSecond} bytes a second for {Limits.WriteStall.TotalSeconds:0} s");
        }
    }
}
