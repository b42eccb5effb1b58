using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

// The writer thread. A frame counts as sent, for the state machine, in the order in which it leaves here.
internal sealed partial class PeerConnection
{
    private void WriteLoop()
    {
        using var packer = new RecordPacker(_channel.Stream);
        try
        {
            while (_outbound.WaitForFrame())
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
            if (!_isAborted)
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
            ThreadEnded();
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
