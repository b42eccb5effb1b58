namespace PSPeerShare.Core.Transport;

/// <summary>One of the writer's two queues: frames in order, and senders that wait for room in order.</summary>
/// <remarks>Guarded by the lock of <see cref="OutboundQueue"/>.</remarks>
internal sealed class OutboundLane(int capacityBytes)
{
    private readonly Queue<OutboundFrame> _frames = [];
    private readonly Queue<RoomWaiter> _waiters = [];
    private int _reserved;

    public int Count => _frames.Count;

    /// <summary>Takes room, unless others wait already or there is too little. An empty lane has room for anything.</summary>
    public bool TryReserve(int bytes)
    {
        if (_waiters.Count > 0 || !HasRoomFor(bytes))
        {
            return false;
        }
        _reserved += bytes;
        return true;
    }

    public RoomWaiter Wait(int bytes)
    {
        var waiter = new RoomWaiter(bytes);
        _waiters.Enqueue(waiter);
        return waiter;
    }

    public void Release(int bytes)
    {
        _reserved -= bytes;
        while (_waiters.TryPeek(out RoomWaiter? waiter) && (waiter.Task.IsCompleted || HasRoomFor(waiter.Bytes)))
        {
            _waiters.Dequeue();
            if (waiter.TrySetResult())
            {
                _reserved += waiter.Bytes;
            }
        }
    }

    public void Enqueue(in OutboundFrame frame) => _frames.Enqueue(frame);

    public bool TryDequeue(out OutboundFrame frame) => _frames.TryDequeue(out frame);

    /// <summary>Drops every frame and fails every waiter.</summary>
    public void Clear(Exception why)
    {
        while (_frames.TryDequeue(out OutboundFrame frame))
        {
            frame.Abandon();
        }
        while (_waiters.TryDequeue(out RoomWaiter? waiter))
        {
            waiter.TrySetException(why);
        }
        _reserved = 0;
    }

    private bool HasRoomFor(int bytes) => _reserved == 0 || _reserved + bytes <= capacityBytes;

    /// <summary>A sender that waits; its continuation never runs on the writer thread.</summary>
    internal sealed class RoomWaiter(int bytes) : TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public int Bytes => bytes;
    }
}
