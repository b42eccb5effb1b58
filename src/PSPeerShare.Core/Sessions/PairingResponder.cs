using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// The side that has shown a code. It answers nothing that depends on the code before the one attempt is taken, and
/// says nothing that confirms the code before the other side has. One run a connection.
/// </summary>
/// <remarks>
/// The other side is let in before it is told. If the last message is lost, that node alone may run the exchange again
/// with the same code, until the code expires, and is told then.
/// </remarks>
internal sealed class PairingResponder(
    NodeId self, PairingDesk desk, Func<(string Name, IReadOnlyList<string> Addresses)> introduce, EventLog log, AuditLog audit)
{
    // Calculating takes a core for a good while, and a stranger asks for it.
    private static readonly SemaphoreSlim Calculating = new(2);

    public async Task PairAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        PairStep first = opening.Parse(PairStep.Parser);
        NodeId node = stream.Connection.RemoteId;
        WireError refusal = WireError.NotFound;
        if (first.Step == PairingSteps.DiallerFirst && TryBegin((PairingPurpose)first.Purpose, node, ref refusal) is { } code)
        {
            refusal = await RunAsync(stream, code, first, cancellationToken);
        }

        if (refusal != WireError.None)
        {
            log.PairingRefused(node, refusal);
            audit.RefuseStranger("pair", node, stream.Connection.RemoteEndPoint, refusal.ToString());
            _ = stream.Connection.GoAwayAsync(CloseReason.Normal, CancellationToken.None);
            stream.Fail(refusal);
        }
    }

    private OpenCode? TryBegin(PairingPurpose purpose, NodeId node, ref WireError refusal)
    {
        try
        {
            return desk.Begin(purpose, node);
        }
        catch (PeerShareException e) when (e.Error == PeerError.PeerBusy)
        {
            refusal = WireError.Busy;
            return null;
        }
    }

    private async Task<WireError> RunAsync(PeerStream stream, OpenCode code, PairStep first, CancellationToken cancellationToken)
    {
        NodeId node = stream.Connection.RemoteId;
        PairingExchange exchange = new(
            code.Code, code.Offer.Purpose, ProofRole.Acceptor, TicketProofs.ContextOf(stream.Connection, self));
        byte[][]? values = await CalculateAsync(
            () => exchange.First() is var own && exchange.TakeFirst(PairingSteps.ValuesOf(first)) ? own : null, cancellationToken);
        if (values is null)
        {
            return WireError.BadRequest;
        }

        await stream.SendAsync(FrameType.PairStep, PairingSteps.Make(PairingSteps.AcceptorFirst, values), last: false, cancellationToken);
        PairStep? second = await ReceiveAsync(stream, PairingSteps.DiallerSecond, cancellationToken);
        values = second is null ? null : await CalculateAsync(
            () => exchange.Second() is var own && exchange.TakeSecond(PairingSteps.ValuesOf(second)) ? own : null, cancellationToken);
        if (values is null)
        {
            return WireError.BadRequest;
        }

        // From here on the other side could learn whether its guess was right.
        if (!desk.TryTake(code, node))
        {
            return WireError.NotFound;
        }

        try
        {
            await stream.SendAsync(FrameType.PairStep, PairingSteps.Make(PairingSteps.AcceptorSecond, values), last: false, cancellationToken);
            PairStep? confirmed = await ReceiveAsync(stream, PairingSteps.DiallerConfirms, cancellationToken);
            if (confirmed is not { Values.Count: 1 } || !exchange.Verify(confirmed.Values[0].Span))
            {
                return WireError.Refused;
            }

            Admit(stream.Connection, code, confirmed);
        }
        finally
        {
            if (desk.Burn(code))
            {
                log.CodeBurnt(code.Id, node);
                audit.Write("pair", node, stream.Connection.RemoteEndPoint, null, null, 0, null, "burnt: the attempt failed or broke off");
            }
        }

        await stream.SendAsync(FrameType.PairStep, Answer(exchange, code), last: true, cancellationToken);
        return WireError.None;
    }

    private void Admit(PeerConnection connection, OpenCode code, PairStep confirmed)
    {
        bool isFirst = desk.Prove(code);
        PairingOffer offer = code.Offer;
        audit.Grant(
            offer.Purpose == PairingPurpose.HandOver ? "hand-over" : "pair", connection.RemoteId, connection.RemoteEndPoint,
            offer.Share, offer.Path, $"accepted: {offer.Allow}");
        code.Offer.Admit(connection.RemoteId, confirmed.NodeName, confirmed.Addresses, isFirst);
        log.CodeUsed(code.Id, connection.RemoteId);
    }

    private PairStep Answer(PairingExchange exchange, OpenCode code)
    {
        (string name, IReadOnlyList<string> addresses) = introduce();
        PairStep answer = PairingSteps.Make(PairingSteps.AcceptorConfirms, exchange.Confirm());
        answer.NodeName = name;
        answer.Addresses.AddRange(addresses);
        answer.Allow = (uint)code.Offer.Allow;
        return answer;
    }

    private static async Task<PairStep?> ReceiveAsync(PeerStream stream, int step, CancellationToken cancellationToken)
    {
        using InboundFrame? frame = await stream.ReceiveAsync(cancellationToken);
        return frame?.Type == FrameType.PairStep && frame.Parse(PairStep.Parser) is { } message && message.Step == step ? message : null;
    }

    private static async Task<T> CalculateAsync<T>(Func<T> work, CancellationToken cancellationToken)
    {
        await Calculating.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        finally
        {
            Calculating.Release();
        }
    }
}
