namespace PSPeerShare.Core.Diagnostics;

/// <summary>What a node has sent and received since it started, and how many connections it holds. Any thread.</summary>
internal sealed class TransferCounters
{
    private long bytesSent;
    private long bytesReceived;
    private int connections;

    public long BytesSent => Interlocked.Read(ref bytesSent);

    public long BytesReceived => Interlocked.Read(ref bytesReceived);

    public int Connections => Volatile.Read(ref connections);

    public void AddSent(long bytes) => Interlocked.Add(ref bytesSent, bytes);

    public void AddReceived(long bytes) => Interlocked.Add(ref bytesReceived, bytes);

    public void ConnectionOpened() => Interlocked.Increment(ref connections);

    public void ConnectionClosed() => Interlocked.Decrement(ref connections);
}
