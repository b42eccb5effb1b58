using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Hosting;

/// <summary>Passes control requests to the server of this process, if it still runs.</summary>
internal sealed class ControlOfServer(NodeServices services) : INodeControl
{
    public Task<ControlAnswer> AnswerAsync(ControlRequest request, CancellationToken cancellationToken) =>
        services.Serving?.AnswerAsync(request, cancellationToken)
        ?? throw new PeerShareException(PeerError.ServerNotRunning, services.Home);
}
