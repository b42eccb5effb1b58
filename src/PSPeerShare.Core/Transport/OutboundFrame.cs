using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>A frame on its way to the writer thread.</summary>
/// <param name="Header">Its header; Length says how much of the payload belongs to it.</param>
/// <param name="Payload">Where its payload lies, or null for none.</param>
/// <param name="Offset">Where in the payload it begins.</param>
/// <param name="OwnsPayload">The buffer is free once this frame is written.</param>
/// <param name="ReservedBytes">What it holds of the queue's room.</param>
/// <param name="CreditBytes">What a Credit frame grants.</param>
internal readonly record struct OutboundFrame(
    FrameHeader Header,
    PooledBuffer? Payload,
    int Offset = 0,
    bool OwnsPayload = true,
    int ReservedBytes = 0,
    int CreditBytes = 0)
{
    public ReadOnlySpan<byte> PayloadSpan => Payload is null ? default : Payload.Span.Slice(Offset, Header.Length);

    /// <summary>Written, or dropped by the writer itself.</summary>
    public void Release()
    {
        if (OwnsPayload)
        {
            Payload?.Dispose();
        }
    }

    /// <summary>Dropped while the writer may be busy with an earlier piece of the same buffer: that one is left to the collector.</summary>
    public void Abandon()
    {
        if (Offset == 0)
        {
            Release();
        }
    }
}
