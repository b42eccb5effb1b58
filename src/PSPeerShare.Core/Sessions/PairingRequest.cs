using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// The side that was told a code: finds the one node where it may be tried, runs the exchange, and tries again when the
/// last message is lost. It does not know what the code is good for.
/// </summary>
internal sealed class PairingRequest(
    NodeId self,
    Func<PeerAddress, NodeId?, CancellationToken, Task<PeerConnection>> dial,
    Func<(string Name, IReadOnlyList<string> Addresses)> introduce,
    PairingPurpose purpose,
    string capability)
{
    private const int Tries = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    /// <summary>Runs the exchange with the node at one of the addresses, which are all one node's.</summary>
    /// <exception cref="PeerShareException">Why it cannot be reached; <see cref="PeerError.PairingNotOpen"/>,
    /// <see cref="PeerError.PairingCodeRefused"/>, <see cref="PeerError.PairingUnfinished"/>,
    /// <see cref="PeerError.PeerBusy"/>, <see cref="PeerError.PeerIsSelf"/>.</exception>
    public async Task<PairedNode> RunAsync(PairingCode code, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        NodeId? expected = null;
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(code, addresses, expected, Confirming, cancellationToken);
            }
            catch (PeerShareException e) when (expected is not null && IsLoss(e.Error))
            {
                // It may have let this node in and only its answer is missing: the same code brings it again.
                if (attempt == Tries)
                {
                    throw new PeerShareException(PeerError.PairingUnfinished, string.Join(", ", addresses), e.Detail, e);
                }

                await Task.Delay(Pause * attempt, cancellationToken);
            }

            void Confirming(NodeId node) => expected = node;
        }
    }

    private async Task<PairedNode> TryAsync(
        PairingCode code, IReadOnlyList<string> addresses, NodeId? expected, Action<NodeId> confirming, CancellationToken cancellationToken)
    {
        string target = string.Join(", ", addresses);
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            await using PeerSession session = await AddressRace.RunAsync(addresses, DialAsync, patience.Token);
            if (session.Connection.RemoteId == self)
            {
                throw new PeerShareException(PeerError.PeerIsSelf, target);
            }

            // Said before anything that depends on the code: a node that waits for none must not get to see one tried.
            return session.Connection.RemoteHello.Capabilities.Contains(capability)
                ? await ExchangeAsync(session, code, confirming, patience.Token)
                : throw new PeerShareException(PeerError.PairingNotOpen, target);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PeerShareException(PeerError.ConnectTimeout, target);
        }

        async Task<PeerSession> DialAsync(string address, CancellationToken stop)
        {
            PeerConnection connection = await dial(PeerAddress.Parse(address), expected, stop);
            return new PeerSession(connection, address, address);
        }
    }

    private async Task<PairedNode> ExchangeAsync(
        PeerSession session, PairingCode code, Action<NodeId> confirming, CancellationToken cancellationToken)
    {
        PeerConnection connection = session.Connection;
        PairingExchange exchange = new(
            code, purpose, ProofRole.Dialler, TicketProofs.ContextOf(connection, self));
        PairStep opening = PairingSteps.Make(PairingSteps.DiallerFirst, await Task.Run(exchange.First, cancellationToken));
        opening.Purpose = (uint)purpose;
        await using PeerStream stream = session.Open(FrameType.PairStep, opening, last: false);

        PairStep first = await ReceiveAsync(session, stream, PairingSteps.AcceptorFirst, cancellationToken);
        byte[][]? values = await Task.Run(
            () => exchange.TakeFirst(PairingSteps.ValuesOf(first)) ? exchange.Second() : null, cancellationToken);
        await stream.SendAsync(
            FrameType.PairStep, PairingSteps.Make(PairingSteps.DiallerSecond, values ?? throw Broken(session)), last: false, cancellationToken);

        PairStep second = await ReceiveAsync(session, stream, PairingSteps.AcceptorSecond, cancellationToken);
        byte[]? confirmation = await Task.Run(
            () => exchange.TakeSecond(PairingSteps.ValuesOf(second)) ? exchange.Confirm() : null, cancellationToken);
        PairStep confirm = PairingSteps.Make(PairingSteps.DiallerConfirms, confirmation ?? throw Broken(session));
        (string name, IReadOnlyList<string> own) = introduce();
        confirm.NodeName = name;
        confirm.Addresses.AddRange(own);
        confirming(connection.RemoteId);
        await stream.SendAsync(FrameType.PairStep, confirm, last: true, cancellationToken);

        PairStep answer = await ReceiveAsync(session, stream, PairingSteps.AcceptorConfirms, cancellationToken);
        return answer.Values.Count == 1 && exchange.Verify(answer.Values[0].Span)
            ? new PairedNode(connection.RemoteId, answer.NodeName, session.Address!, answer.Addresses, (PeerRights)answer.Allow)
            : throw Broken(session);
    }

    private static async Task<PairStep> ReceiveAsync(PeerSession session, PeerStream stream, int step, CancellationToken cancellationToken)
    {
        try
        {
            using InboundFrame? frame = await session.ReceiveAsync(stream, null, Patience, cancellationToken);
            return frame?.Type == FrameType.PairStep && frame.Parse(PairStep.Parser) is { } message && message.Step == step
                ? message
                : throw session.Violation("no answer to a step of pairing");
        }
        catch (PeerShareException e) when (e.Error is PeerError.RequestRefused or PeerError.FileNotFound or PeerError.PeerBusy)
        {
            PeerError error = e.Error == PeerError.RequestRefused ? PeerError.PairingCodeRefused
                : e.Error == PeerError.FileNotFound ? PeerError.PairingNotOpen
                : PeerError.PeerBusy;
            throw new PeerShareException(error, session.PeerName, null, e);
        }
    }

    private static PeerShareException Broken(PeerSession session) => session.Violation("values that cannot be");

    private static bool IsLoss(PeerError error) => error is
        PeerError.ConnectionLost or PeerError.ConnectTimeout or PeerError.PeerUnreachable or PeerError.PeerBusy or PeerError.PeerShuttingDown;
}
