using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

// The writer: a thread while there is something to write, and none afterwards. A frame counts as sent, for the state
// machine, in the order in which it leaves here.
internal sealed partial class PeerConnection
{
    private static readonly TimeSpan WriterStays = TimeSpan.FromSeconds(1);

    private void WriteLoop()
    {
        bool isOver = true;
        using var packer = new RecordPacker(_channel.Stream);
        try
        {
            OutboundWait wait;
            while ((wait = _outbound.WaitForFrame(WriterStays)) == OutboundWait.Frame)
            {
                while (_outbound.TryDequeue(out OutboundFrame frame))
                {
                    try
                    {
                        if (MaySend(frame))
                        {
                            packer.Write(frame.Header, frame.PayloadSpan);
                            Interlocked.Add(ref _bytesSent, frame.Header.Cost);
                        }
                    }
                    finally
                    {
                        frame.Release();
                    }
                }
                packer.Flush();
                _channel.Gather.Flush();
            }
            isOver = wait == OutboundWait.Closed;
            if (isOver && !_isAborted)
            {
                _channel.EndWrites();
            }
        }
        catch (Exception e)
        {
            // Whatever it is, the connection is at an end and the process is not.
            TransportEnded(e.Message, isByRemote: false);
        }
        finally
        {
            if (isOver)
            {
                HalfEnded();
            }
        }
    }

    private bool MaySend(in OutboundFrame frame)
    {
        lock (_session)
        {
            return frame.Header.Type == FrameType.Credit
                ? _session.SendCredit(frame.Header.StreamId, frame.CreditBytes)
                : _session.Send(frame.Header);
        }
    }
}
