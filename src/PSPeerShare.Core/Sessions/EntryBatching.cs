using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// When a batch of entries goes out: the first ones at once, so that the other end has something to show, later ones
/// in frames that are worth their header.
/// </summary>
internal sealed class EntryBatching
{
    /// <summary>How long an entry may wait for others.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    // Half a control frame leaves room for one entry of the largest size, 4,096 bytes of name.
    private const int FullBytes = Limits.ControlPayloadBytes / 2;
    private const int FirstBatch = 8;

    private int _batchSize = FirstBatch;
    private int _count;
    private int _bytes;

    public bool IsEmpty => _count == 0;

    public bool IsFull => _count >= _batchSize || _bytes >= FullBytes;

    public void Add(Entry entry)
    {
        _count++;
        _bytes += entry.CalculateSize() + 4;
    }

    public void Next()
    {
        _batchSize = Math.Min(_batchSize * 4, 4096);
        _count = 0;
        _bytes = 0;
    }
}
