using System.Diagnostics;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Hosting;

/// <summary>Reaches the home's running node: directly in this process, over a loopback session in another one.</summary>
internal sealed class ServerControl(NodeServices services)
{
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>What the node is doing, or <see langword="null"/> when it does not run.</summary>
    public async Task<ServerInfo?> DescribeAsync(CancellationToken cancellationToken)
    {
        ControlAnswer? answer = await AskAsync(new ControlRequest { Status = new ControlStatus() }, cancellationToken);
        return answer is null ? null : NodeStatusText.FromMessage(answer.Status, services.Identity.Id);
    }

    /// <summary>Asks the running node; <see langword="null"/> when none runs.</summary>
    /// <exception cref="PeerShareException">The node's own error, or <see cref="PeerError.ServerNotAnswering"/>.</exception>
    public async Task<ControlAnswer?> AskAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        if (services.Serving is { } here)
        {
            return await here.AnswerAsync(request, cancellationToken);
        }

        if (await FindListeningAsync(cancellationToken) is not { } row)
        {
            return null;
        }

        PeerTarget target = new("self", services.Identity.Id, [row.Endpoint]);
        try
        {
            PeerSession session = await services.Sessions.OpenAsync(target, AnswerPatience, cancellationToken);
            return await ControlClient.AskAsync(session, request, AnswerPatience, cancellationToken);
        }
        catch (PeerShareException e) when (e.Error == PeerError.ServerNotRunning || Find() is null)
        {
            // It ended between the look and the question.
            return null;
        }
        catch (PeerShareException e) when (IsOfTheWay(e.Error))
        {
            throw new PeerShareException(PeerError.ServerNotAnswering, services.Home, $"process {row.Process.Id} at {row.Endpoint}", e);
        }
    }

    /// <summary>The row of the running node, for those who only need its port.</summary>
    public RunningNodeRow? Find() => services.Store.RunningNode.Find();

    /// <summary>The same, once the node listens.</summary>
    public RunningNodeRow? FindReachable() => Find() is { Endpoint.Length: > 0 } row ? row : null;

    // A node takes the home before it knows its port.
    private async Task<RunningNodeRow?> FindListeningAsync(CancellationToken cancellationToken)
    {
        for (long start = Stopwatch.GetTimestamp(); Find() is { } row; await Task.Delay(LookInterval, cancellationToken))
        {
            if (row.Endpoint.Length > 0)
            {
                return row;
            }

            if (Stopwatch.GetElapsedTime(start) > AnswerPatience)
            {
                throw new PeerShareException(PeerError.ServerNotAnswering, services.Home, $"process {row.Process.Id} does not listen yet");
            }
        }

        return null;
    }

    /// <summary>Failures of reaching it, as opposed to those that it answers with.</summary>
    private static bool IsOfTheWay(PeerError error) => error is
        PeerError.ConnectTimeout or PeerError.PeerUnreachable or PeerError.ConnectionLost or PeerError.PeerShuttingDown
            or PeerError.NotPeerShare or PeerError.PeerIdentityChanged or PeerError.NotTrustedByPeer or PeerError.PeerBusy
            or PeerError.ProtocolViolation or PeerError.TransferStopped;

    /// <summary>Tells the running node that the store changed; nothing to tell when none runs.</summary>
    public Task RefreshAsync(CancellationToken cancellationToken) =>
        AskAsync(new ControlRequest { Refresh = new ControlRefresh() }, cancellationToken);
}
