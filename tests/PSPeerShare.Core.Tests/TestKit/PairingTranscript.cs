using Org.BouncyCastle.Crypto.Agreement.JPake;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>
/// What both sides of a pairing say to each other, in its order, with somebody between them who may put anything in the
/// place of a message or nothing at all. Each side goes on for as long as it believes what it hears.
/// </summary>
internal sealed class PairingTranscript
{
    /// <summary>Messages 1 to 6; the odd ones are the dialler's.</summary>
    public const int Messages = 6;

    private readonly PairingExchange _dialler;
    private readonly PairingExchange _acceptor;

    public PairingTranscript(PairingCode diallers, PairingCode acceptors, ProofContext context, JPakePrimeOrderGroup group)
    {
        _dialler = new PairingExchange(diallers, PairingPurpose.Trust, ProofRole.Dialler, context, group);
        _acceptor = new PairingExchange(acceptors, PairingPurpose.Trust, ProofRole.Acceptor, context, group);
    }

    /// <summary>Puts something in the place of a message, which it is given with its number; null is nothing.</summary>
    public Func<int, byte[][], byte[][]?> Between { get; init; } = static (_, message) => message;

    /// <summary>What was said, before anybody touched it, by number.</summary>
    public Dictionary<int, byte[][]> Said { get; } = [];

    /// <summary>The last message that was believed.</summary>
    public int Believed { get; private set; }

    /// <summary>Runs it as the two nodes do.</summary>
    public (bool Dialler, bool Acceptor) Run()
    {
        bool isAcceptor = Deliver(1, _dialler.First, _acceptor.TakeFirst)
            && Deliver(2, FirstOfAcceptor, _dialler.TakeFirst)
            && Deliver(3, _dialler.Second, _acceptor.TakeSecond)
            && Deliver(4, SecondOfAcceptor, _dialler.TakeSecond)
            && Deliver(5, () => [_dialler.Confirm()], values => values.Count == 1 && _acceptor.Verify(values[0]));
        bool isDialler = isAcceptor && Deliver(6, () => [_acceptor.Confirm()], values => values.Count == 1 && _dialler.Verify(values[0]));
        return (isDialler, isAcceptor);
    }

    /// <summary>Another message of the same round and side, as this transcript's dialler or acceptor would say it.</summary>
    public static bool IsDiallers(int message) => message % 2 == 1;

    private byte[][] FirstOfAcceptor() => _first ??= _acceptor.First();

    private byte[][] SecondOfAcceptor() => _second ??= _acceptor.Second();

    private byte[][]? _first;
    private byte[][]? _second;

    private bool Deliver(int number, Func<byte[][]> say, Func<IReadOnlyList<byte[]>, bool> take)
    {
        // A node of the accepting side has said its own part by the time that it judges the other's.
        if (number is 1)
        {
            Said[2] = FirstOfAcceptor();
        }
        else if (number is 3)
        {
            Said[4] = SecondOfAcceptor();
        }

        Said[number] = say();
        bool isBelieved = Between(number, Said[number]) is { } heard && take(heard);
        Believed = isBelieved ? number : Believed;
        return isBelieved;
    }
}
