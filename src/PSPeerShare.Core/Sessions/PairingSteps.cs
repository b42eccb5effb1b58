using Google.Protobuf;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Sessions;

/// <summary>The steps of pairing by code as frames. Which values they hold is the exchange's to judge.</summary>
internal static class PairingSteps
{
    /// <summary>What a node says in HELLO while a code of its own for lasting trust may be tried.</summary>
    public const string TrustCapability = "pair";

    /// <summary>What a node says in HELLO while it hands files over by a code.</summary>
    public const string HandOverCapability = "hand-over";

    public const int DiallerFirst = 1;
    public const int AcceptorFirst = 2;
    public const int DiallerSecond = 3;
    public const int AcceptorSecond = 4;
    public const int DiallerConfirms = 5;
    public const int AcceptorConfirms = 6;

    public static PairStep Make(int step, params IEnumerable<byte[]> values)
    {
        PairStep message = new() { Step = (uint)step };
        message.Values.AddRange(values.Select(value => ByteString.CopyFrom(value)));
        return message;
    }

    public static byte[][] ValuesOf(PairStep message) => [.. message.Values.Select(value => value.ToByteArray())];
}
