using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Agreement.JPake;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Tests.Trust;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>
/// T2: whatever is put in the place of whichever message, nobody is accepted who should not be, and nobody stays half
/// paired: where only the last message is touched, the same code completes it.
/// </summary>
public sealed class PairingTranscriptTests
{
    private static readonly PairingCode s_code = PairingCode.Create();

    private static readonly string[] s_ways =
        ["wrong code", "altered", "swapped", "reflected", "replayed", "degenerate", "other role", "cut"];

    [Fact]
    public void Ten_thousand_hostile_transcripts_of_a_small_group_let_nobody_in() => RunMany(10_000, SmallGroup.Value, 4);

    [Fact]
    public void A_hundred_hostile_transcripts_of_the_real_group_let_nobody_in() => RunMany(100, JPakePrimeOrderGroups.NIST_3072, 2);

    [Fact]
    public void Without_anybody_between_them_both_sides_are_let_in()
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal((true, true), new PairingTranscript(s_code, s_code, Context(), SmallGroup.Value).Run());
        }
    }

    private static void RunMany(int count, JPakePrimeOrderGroup group, int threads)
    {
        // What somebody has recorded: the same two nodes and the same code, on a connection before.
        PairingTranscript recorded = new(s_code, s_code, Context(), group);
        Assert.Equal((true, true), recorded.Run());
        int[] believed = new int[PairingTranscript.Messages + 1];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            Random random = new(20261123 + i);
            string way = s_ways[i % s_ways.Length];
            int at = 1 + (i / s_ways.Length % PairingTranscript.Messages);
            (bool isDialler, bool isAcceptor, int last) = RunOne(way, at, random, recorded, group);

            Assert.False(isDialler, $"transcript {i}, {way} at {at}: the dialler was let in");
            Assert.Equal((i, way, at, at == PairingTranscript.Messages && way != "wrong code"), (i, way, at, isAcceptor));
            Interlocked.Increment(ref believed[last]);
        });

        // Each message but the last, which is never believed, was the last to be believed in some.
        Assert.All(believed[..PairingTranscript.Messages], times => Assert.True(times > 0, string.Join(' ', believed)));
        Assert.Equal(0, believed[^1]);
    }

    private static (bool IsDialler, bool IsAcceptor, int Last) RunOne(
        string way, int at, Random random, PairingTranscript recorded, JPakePrimeOrderGroup group)
    {
        PairingTranscript? running = null;
        running = new PairingTranscript(way == "wrong code" ? PairingCode.Create() : s_code, s_code, Context(), group)
        {
            Between = (number, message) => number != at ? message : way switch
            {
                "altered" => Alter(message, random),
                "swapped" => Swap(message, random),
                "reflected" => Reflect(running!, number, message),
                "replayed" => recorded.Said[number],
                "degenerate" => Degenerate(message, random, group),
                "other role" => OtherRole(running!, number, message),
                "cut" => null,
                _ => message,
            },
        };
        (bool isDialler, bool isAcceptor) = running.Run();
        return (isDialler, isAcceptor, running.Believed);
    }

    private static ProofContext Context() => new(
        TrustFixture.Node(1), TrustFixture.Node(2), RandomNumberGenerator.GetBytes(32), RandomNumberGenerator.GetBytes(32));

    private static byte[][] Alter(byte[][] message, Random random)
    {
        byte[][] altered = [.. message.Select(value => value.ToArray())];
        byte[] value = altered[random.Next(altered.Length)];
        value[random.Next(value.Length)] ^= (byte)(1 << random.Next(8));
        return altered;
    }

    private static byte[][] Swap(byte[][] message, Random random)
    {
        if (message.Length == 1)
        {
            return [[.. message[0].Reverse()]];
        }

        byte[][] swapped = [.. message];
        int place = random.Next(swapped.Length - 1);
        (swapped[place], swapped[place + 1]) = (swapped[place + 1], swapped[place]);
        return swapped;
    }

    // What the receiver has said last in the same round, or would say.
    private static byte[][] Reflect(PairingTranscript running, int number, byte[][] message)
    {
        int own = PairingTranscript.IsDiallers(number) ? number + 1 : number - 1;
        return running.Said.TryGetValue(own, out byte[][]? said) ? said : [.. message.Select(value => new byte[value.Length])];
    }

    // A message of the right side for another step.
    private static byte[][] OtherRole(PairingTranscript running, int number, byte[][] message)
    {
        int other = number > 2 ? number - 2 : number;
        return other == number ? [.. message, message[0]] : running.Said[other];
    }

    private static byte[][] Degenerate(byte[][] message, Random random, JPakePrimeOrderGroup group)
    {
        byte[] modulus = group.P.ToByteArrayUnsigned();
        byte[] zero = new byte[modulus.Length];
        byte[][] values =
        [
            [], zero, [.. zero[1..], 1], modulus, group.P.Subtract(Org.BouncyCastle.Math.BigInteger.One).ToByteArrayUnsigned(),
            group.Q.ToByteArrayUnsigned(), [.. modulus, 0], new byte[4096],
        ];
        byte[][] degenerate = [.. message];
        degenerate[random.Next(degenerate.Length)] = values[random.Next(values.Length)];
        return degenerate;
    }
}
