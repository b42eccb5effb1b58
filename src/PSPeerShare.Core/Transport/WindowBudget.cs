namespace PSPeerShare.Core.Transport;

/// <summary>Bytes that may be in flight beyond the initial credits; one per node above one per connection.</summary>
internal sealed class WindowBudget(long capacityBytes, WindowBudget? parent = null)
{
    private long _free = capacityBytes;

    /// <summary>Takes up to so many bytes; returns what was left to take.</summary>
    public long Take(long wantedBytes)
    {
        while (true)
        {
            long free = Volatile.Read(ref _free);
            long taken = Math.Min(free, wantedBytes);
            if (taken <= 0)
            {
                return 0;
            }
            if (Interlocked.CompareExchange(ref _free, free - taken, free) == free)
            {
                long granted = parent?.Take(taken) ?? taken;
                Interlocked.Add(ref _free, taken - granted);
                return granted;
            }
        }
    }

    public void GiveBack(long bytes)
    {
        Interlocked.Add(ref _free, bytes);
        parent?.GiveBack(bytes);
    }
}
