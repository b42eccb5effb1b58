using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>Pairing by code, spoken step by step over a connection of the test's own, in either role.</summary>
internal sealed class PairingScript
{
    private readonly HostilePeer _peer;
    private readonly ProofRole _role;
    private readonly PairingPurpose _purpose;
    private uint _stream = 1;

    private PairingScript(HostilePeer peer, ProofRole role, string code, ProofContext context, PairingPurpose purpose)
    {
        _peer = peer;
        _role = role;
        _purpose = purpose;
        Exchange = new PairingExchange(PairingCode.Parse(code), purpose, role, context);
    }

    public PairingExchange Exchange { get; }

    /// <summary>The dialler's side of a client that has connected.</summary>
    public static PairingScript Dialler(
        HostileClient client, NodeId server, string code, PairingPurpose purpose = PairingPurpose.Trust) => new(
        client.Peer,
        ProofRole.Dialler,
        code,
        new ProofContext(client.Id, server, client.Peer.Said!.Nonce.ToByteArray(), client.Peer.Greeted!.Nonce.ToByteArray()),
        purpose);

    /// <summary>The acceptor's side of a server that somebody called.</summary>
    public static PairingScript Acceptor(HostilePeer peer, NodeId caller, NodeId server, string code) => new(
        peer,
        ProofRole.Acceptor,
        code,
        new ProofContext(caller, server, peer.Greeted!.Nonce.ToByteArray(), peer.Said!.Nonce.ToByteArray()),
        PairingPurpose.Trust);

    public Task SayAsync(int step, params byte[][] values)
    {
        PairStep message = PairingSteps.Make(step, values);
        message.Purpose = (uint)_purpose;
        message.NodeName = "script";
        return _peer.SendAsync(FrameType.PairStep, message, _stream, last: step >= PairingSteps.DiallerConfirms);
    }

    /// <summary>The other side's next step, or its error.</summary>
    public async Task<(PairStep? Step, WireError? Error)> HearAsync()
    {
        (FrameHeader header, byte[] payload) = await _peer.UntilAsync(FrameType.PairStep, FrameType.Error);
        _stream = _role == ProofRole.Acceptor ? header.StreamId : _stream;
        return header.Type == FrameType.PairStep
            ? (PairStep.Parser.ParseFrom(payload), null)
            : (null, (WireError)StreamError.Parser.ParseFrom(payload).Code);
    }

    /// <summary>As the dialler: up to the acceptor's second step, which is the first that depends on the code.</summary>
    public async Task<WireError?> RunToAnswerAsync()
    {
        await SayAsync(PairingSteps.DiallerFirst, Exchange.First());
        (PairStep? first, WireError? error) = await HearAsync();
        if (first is null)
        {
            return error;
        }

        Assert.True(Exchange.TakeFirst(PairingSteps.ValuesOf(first)));
        await SayAsync(PairingSteps.DiallerSecond, Exchange.Second());
        (PairStep? second, error) = await HearAsync();
        return second is null || Exchange.TakeSecond(PairingSteps.ValuesOf(second)) ? error : WireError.BadRequest;
    }

    /// <summary>As the acceptor: up to the dialler's confirmation, which is answered by what the test says next.</summary>
    public async Task<PairStep> AnswerToConfirmationAsync()
    {
        (PairStep? first, _) = await HearAsync();
        byte[][] own = Exchange.First();
        Assert.True(Exchange.TakeFirst(PairingSteps.ValuesOf(first!)));
        await SayAsync(PairingSteps.AcceptorFirst, own);
        (PairStep? second, _) = await HearAsync();
        own = Exchange.Second();
        Assert.True(Exchange.TakeSecond(PairingSteps.ValuesOf(second!)));
        await SayAsync(PairingSteps.AcceptorSecond, own);
        return (await HearAsync()).Step!;
    }
}
