using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Generators;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

public sealed class TicketKeyTests
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    private readonly ProofContext context = TrustFixture.Dial(TrustFixture.Node(1));

    [Fact]
    public void A_proof_is_what_another_implementation_makes_of_the_same_values()
    {
        var hkdf = new HkdfBytesGenerator(new Sha256Digest());
        hkdf.Init(new HkdfParameters(Secret, null, "pspeershare ticket 1"u8.ToArray()));
        byte[] key = new byte[32];
        hkdf.GenerateBytes(key, 0, key.Length);
        var mac = new HMac(new Sha256Digest());
        mac.Init(new KeyParameter(key));
        byte[] message =
        [
            1, .. context.Dialler.ToArray(), .. context.Acceptor.ToArray(), .. context.DiallerNonce, .. context.AcceptorNonce,
        ];
        mac.BlockUpdate(message, 0, message.Length);
        byte[] expected = new byte[32];
        mac.DoFinal(expected, 0);

        Assert.Equal(expected, TicketKey.FromSecret(Secret).Prove(ProofRole.Dialler, context));
        Assert.Equal(key, TicketKey.FromSecret(Secret).ToStored());
    }

    [Fact]
    public void A_proof_holds_for_its_role_nodes_and_nonces_only()
    {
        TicketKey key = TicketKey.FromSecret(Secret);
        byte[] proof = key.Prove(ProofRole.Dialler, context);
        ProofContext[] others =
        [
            context with { Dialler = context.Acceptor },
            context with { Acceptor = context.Dialler },
            context with { DiallerNonce = context.AcceptorNonce },
            context with { AcceptorNonce = context.DiallerNonce },
            new ProofContext(context.Acceptor, context.Dialler, context.AcceptorNonce, context.DiallerNonce),
        ];

        Assert.True(key.Verify(ProofRole.Dialler, context, proof));
        Assert.False(key.Verify(ProofRole.Acceptor, context, proof));
        Assert.All(others, other => Assert.False(key.Verify(ProofRole.Dialler, other, proof)));
        Assert.False(TicketKey.FromSecret(RandomNumberGenerator.GetBytes(32)).Verify(ProofRole.Dialler, context, proof));
        Assert.False(key.Verify(ProofRole.Dialler, context, proof.AsSpan(0, 31)));
        Assert.False(key.Verify(ProofRole.Dialler, context, []));
    }

    [Fact]
    public void A_nonce_of_another_length_is_refused()
    {
        TicketKey key = TicketKey.FromSecret(Secret);

        Assert.Throws<ArgumentException>(() => key.Prove(ProofRole.Dialler, context with { DiallerNonce = new byte[31] }));
        Assert.Throws<ArgumentException>(() => key.Prove(ProofRole.Dialler, context with { AcceptorNonce = new byte[33] }));
    }
}
