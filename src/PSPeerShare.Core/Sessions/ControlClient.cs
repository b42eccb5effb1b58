using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

/// <summary>Asks the home's node that runs in another process.</summary>
internal static class ControlClient
{
    /// <exception cref="PeerShareException">The node's own error, or <see cref="PeerError.ServerNotAnswering"/>.</exception>
    public static async Task<ControlAnswer> AskAsync(
        PeerSession session, ControlRequest request, TimeSpan patience, CancellationToken cancellationToken)
    {
        await using PeerStream stream = session.Open(FrameType.Control, request);
        using InboundFrame frame = await session.ReceiveAsync(stream, null, patience, cancellationToken)
            ?? throw new PeerShareException(PeerError.ServerNotAnswering);
        if (frame.Type != FrameType.ControlAnswer)
        {
            throw session.Violation($"{frame.Type} in answer to control");
        }

        ControlAnswer answer = frame.Parse(ControlAnswer.Parser);
        return answer.IsError
            ? throw new PeerShareException(
                (PeerError)answer.Code,
                answer.Target.Length > 0 ? answer.Target : null,
                answer.Detail.Length > 0 ? answer.Detail : null)
            : answer;
    }
}
