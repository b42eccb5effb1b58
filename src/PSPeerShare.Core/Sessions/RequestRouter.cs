using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Gives each stream that the other side opens to the one who answers such requests. It knows who answers what and
/// turns failures into wire errors; it knows nothing of the answers.
/// </summary>
/// <remarks>Built once, then read by any thread.</remarks>
internal sealed class RequestRouter(EventLog log, RequestPace? pace = null)
{
    private readonly Dictionary<FrameType, StreamHandler> _handlers = [];

    public RequestRouter On(FrameType opening, StreamHandler handler)
    {
        _handlers.Add(opening, handler);
        return this;
    }

    public async Task RouteAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        if (!_handlers.TryGetValue(opening.Type, out StreamHandler? handler))
        {
            stream.Fail(WireError.Refused, null);
            return;
        }

        try
        {
            if (pace is not null)
            {
                await pace.WaitAsync(stream.Connection.RemoteId, cancellationToken);
            }

            await handler(stream, opening, cancellationToken);
        }
        catch (PeerShareException e)
        {
            log.RequestFailed(stream.Connection.RemoteId, opening.Type.ToString(), e.Target, e.Error, e.Detail);
            stream.Fail(WireFaults.ToWire(e.Error), null);
        }
        catch (OperationCanceledException)
        {
            stream.Fail(WireError.ShuttingDown, null);
        }
    }
}
