using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

/// <summary>What a running node lets its own home's other processes do.</summary>
internal interface INodeControl
{
    /// <summary>Carries out a request of the home's owner.</summary>
    Task<ControlAnswer> AnswerAsync(ControlRequest request, CancellationToken cancellationToken);
}

/// <summary>Answers control requests, and only those that come from the home's own identity.</summary>
internal sealed class ControlResponder(NodeId self, INodeControl node, EventLog log)
{
    public async Task ControlAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        if (stream.Connection.RemoteId != self)
        {
            log.RequestDenied(stream.Connection.RemoteId, "Control", null);
            stream.Fail(WireError.Refused);
            return;
        }

        ControlAnswer answer;
        try
        {
            answer = await node.AnswerAsync(opening.Parse(ControlRequest.Parser), cancellationToken);
        }
        catch (PeerShareException e)
        {
            // To one's own home the exact error may be told.
            answer = new ControlAnswer { Code = (uint)e.Error, Target = e.Target ?? "", Detail = e.Detail ?? "", IsError = true };
        }

        await stream.SendAsync(FrameType.ControlAnswer, answer, last: true, cancellationToken);
    }
}
