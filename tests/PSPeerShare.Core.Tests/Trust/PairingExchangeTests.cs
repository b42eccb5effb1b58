using Org.BouncyCastle.Crypto.Agreement.JPake;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

public sealed class PairingExchangeTests
{
    private static readonly PairingCode s_code = PairingCode.Create();

    private static readonly ProofContext s_context = new(
        TrustFixture.Node(1), TrustFixture.Node(2), [.. Enumerable.Repeat((byte)3, 32)], [.. Enumerable.Repeat((byte)4, 32)]);

    [Fact]
    public void In_the_real_group_the_same_code_is_confirmed_both_ways_and_every_message_fits_a_frame()
    {
        PairingExchange dialler = Dialler(group: JPakePrimeOrderGroups.NIST_3072);
        PairingExchange acceptor = Acceptor(group: JPakePrimeOrderGroups.NIST_3072);

        (byte[][] first, byte[][] second) = Run(dialler, acceptor);

        Assert.True(acceptor.Verify(dialler.Confirm()));
        Assert.True(dialler.Verify(acceptor.Confirm()));
        Assert.Equal((4 * 384) + (2 * 32), first.Sum(value => value.Length));
        Assert.Equal((2 * 384) + 32, second.Sum(value => value.Length));
    }

    [Fact]
    public void In_the_real_group_another_code_is_not_confirmed()
    {
        PairingExchange dialler = Dialler(PairingCode.Create(), group: JPakePrimeOrderGroups.NIST_3072);
        PairingExchange acceptor = Acceptor(group: JPakePrimeOrderGroups.NIST_3072);
        Run(dialler, acceptor);

        Assert.False(acceptor.Verify(dialler.Confirm()));
        Assert.False(dialler.Verify(acceptor.Confirm()));
    }

    [Fact]
    public void The_two_directions_confirm_differently()
    {
        PairingExchange dialler = Dialler();
        PairingExchange acceptor = Acceptor();
        Run(dialler, acceptor);

        Assert.False(dialler.Verify(dialler.Confirm()));
        Assert.False(acceptor.Verify(acceptor.Confirm()));
        Assert.False(acceptor.Verify([]));
        Assert.False(acceptor.Verify(dialler.Confirm().AsSpan(1)));
    }

    public static TheoryData<string> Elsewhere => ["another dialler", "another acceptor", "another nonce", "the other nonce", "another purpose"];

    [Theory]
    [MemberData(nameof(Elsewhere))]
    public void Values_made_for_another_connection_are_refused_at_once(string difference)
    {
        (ProofContext context, PairingPurpose purpose) = difference switch
        {
            "another dialler" => (s_context with { Dialler = TrustFixture.Node(9) }, PairingPurpose.Trust),
            "another acceptor" => (s_context with { Acceptor = TrustFixture.Node(9) }, PairingPurpose.Trust),
            "another nonce" => (s_context with { DiallerNonce = new byte[32] }, PairingPurpose.Trust),
            "the other nonce" => (s_context with { AcceptorNonce = new byte[32] }, PairingPurpose.Trust),
            _ => (s_context, PairingPurpose.HandOver),
        };
        var elsewhere = new PairingExchange(s_code, purpose, ProofRole.Dialler, context, SmallGroup.Value);
        PairingExchange acceptor = Acceptor();
        acceptor.First();

        Assert.False(acceptor.TakeFirst(elsewhere.First()));
    }

    [Fact]
    public void Ones_own_values_sent_back_are_refused()
    {
        PairingExchange dialler = Dialler();
        byte[][] own = dialler.First();

        Assert.False(dialler.TakeFirst(own));
    }

    [Fact]
    public void Degenerate_values_are_refused_in_every_place()
    {
        byte[] modulus = SmallGroup.P.ToByteArrayUnsigned();
        byte[] zero = new byte[modulus.Length];
        byte[] one = [.. zero[1..], 1];
        byte[] minusOne = SmallGroup.P.Subtract(Org.BouncyCastle.Math.BigInteger.One).ToByteArrayUnsigned();
        byte[][] degenerate = [[], zero, one, modulus, minusOne, [.. modulus, 0], new byte[4096]];
        foreach (byte[] value in degenerate)
        {
            for (int place = 0; place < 6; place++)
            {
                PairingExchange acceptor = Acceptor();
                acceptor.First();
                byte[][] values = Dialler().First();
                values[place] = value;

                Assert.False(acceptor.TakeFirst(values));
            }

            for (int place = 0; place < 3; place++)
            {
                PairingExchange dialler = Dialler();
                PairingExchange acceptor = Acceptor();
                Exchange(dialler, acceptor);
                acceptor.Second();
                byte[][] values = dialler.Second();
                values[place] = value;

                Assert.False(acceptor.TakeSecond(values));
            }
        }
    }

    private static (byte[][] First, byte[][] Second) Run(PairingExchange dialler, PairingExchange acceptor)
    {
        byte[][] first = Exchange(dialler, acceptor);
        byte[][] second = dialler.Second();
        byte[][] answer = acceptor.Second();
        Assert.True(acceptor.TakeSecond(second));
        Assert.True(dialler.TakeSecond(answer));
        return (first, second);
    }

    private static byte[][] Exchange(PairingExchange dialler, PairingExchange acceptor)
    {
        byte[][] first = dialler.First();
        byte[][] answer = acceptor.First();
        Assert.True(acceptor.TakeFirst(first));
        Assert.True(dialler.TakeFirst(answer));
        return first;
    }

    private static PairingExchange Dialler(PairingCode? code = null, JPakePrimeOrderGroup? group = null) =>
        new(code ?? s_code, PairingPurpose.Trust, ProofRole.Dialler, s_context, group ?? SmallGroup.Value);

    private static PairingExchange Acceptor(JPakePrimeOrderGroup? group = null) =>
        new(s_code, PairingPurpose.Trust, ProofRole.Acceptor, s_context, group ?? SmallGroup.Value);
}
