using System.Globalization;
using System.Security.Cryptography;
using Org.BouncyCastle.Crypto;
using Org.BouncyCastle.Crypto.Agreement.JPake;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.Prng;
using Org.BouncyCastle.Math;
using Org.BouncyCastle.Security;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// One side of J-PAKE (RFC 8236): both sides prove that they know the same code, and whoever does not learns nothing
/// but that one guess was wrong. It takes and gives values; it knows no frame and no code book.
/// </summary>
/// <remarks>
/// The connection is part of it twice: the names under which the proofs of knowledge are made hold both certificates
/// and both nonces, and so does the key of the confirmation. Values that were made for another connection, for the
/// other direction or for another purpose are therefore worthless. Not thread safe; every step costs milliseconds.
/// </remarks>
internal sealed class PairingExchange
{
    private const int FirstValues = 6;
    private const int SecondValues = 3;

    private readonly JPakePrimeOrderGroup _group;
    private readonly JPakeParticipant _participant;
    private readonly ProofRole _role;
    private readonly string _own;
    private readonly string _other;
    private readonly byte[] _binding;

    // What was said, in the order of the exchange: the rounds, and in each the dialler's part before the acceptor's.
    private readonly byte[][] _transcript = [[], [], [], []];
    private byte[]? _key;

    /// <summary>An exchange in the group of 3072 bits with a subgroup of 256, the strongest that NIST gives as an example for DSA.</summary>
    public PairingExchange(PairingCode code, PairingPurpose purpose, ProofRole role, in ProofContext context)
        : this(code, purpose, role, context, JPakePrimeOrderGroups.NIST_3072)
    {
    }

    public PairingExchange(
        PairingCode code, PairingPurpose purpose, ProofRole role, in ProofContext context, JPakePrimeOrderGroup group)
    {
        _group = group;
        _role = role;
        _binding = Bind(purpose, context);
        string binding = Convert.ToHexStringLower(_binding);
        _own = Name(role, binding);
        _other = Name(role == ProofRole.Dialler ? ProofRole.Acceptor : ProofRole.Dialler, binding);
        var random = new SecureRandom(new CryptoApiRandomGenerator(RandomNumberGenerator.Create()));
        _participant = new JPakeParticipant(_own, code.Password, group, new Sha256Digest(), random);
    }

    /// <summary>What this side says first.</summary>
    public byte[][] First()
    {
        JPakeRound1Payload payload = _participant.CreateRound1PayloadToSend();
        return Note(
            1,
            _role,
            [
                Element(payload.Gx1), Element(payload.Gx2),
                Element(payload.KnowledgeProofForX1[0]), Exponent(payload.KnowledgeProofForX1[1]),
                Element(payload.KnowledgeProofForX2[0]), Exponent(payload.KnowledgeProofForX2[1]),
            ]);
    }

    /// <summary>Judges what the other side said first.</summary>
    public bool TakeFirst(IReadOnlyList<byte[]> values) => values.Count == FirstValues && Check(() =>
    {
        var payload = new JPakeRound1Payload(
            _other,
            ReadElement(values[0]),
            ReadElement(values[1]),
            [ReadElement(values[2]), ReadExponent(values[3])],
            [ReadElement(values[4]), ReadExponent(values[5])]);
        _participant.ValidateRound1PayloadReceived(payload);
        Note(1, Opposite, values);
    });

    /// <summary>What this side says second; after <see cref="TakeFirst"/>.</summary>
    public byte[][] Second()
    {
        JPakeRound2Payload payload = _participant.CreateRound2PayloadToSend();
        return Note(
            2,
            _role,
            [Element(payload.A), Element(payload.KnowledgeProofForX2s[0]), Exponent(payload.KnowledgeProofForX2s[1])]);
    }

    /// <summary>Judges what the other side said second. Both sides have a key then, and the same one if the code was.</summary>
    public bool TakeSecond(IReadOnlyList<byte[]> values) => values.Count == SecondValues && Check(() =>
    {
        var payload = new JPakeRound2Payload(
            _other, ReadElement(values[0]), [ReadElement(values[1]), ReadExponent(values[2])]);
        _participant.ValidateRound2PayloadReceived(payload);
        Note(2, Opposite, values);
    });

    /// <summary>Proves to the other side that this one has the key. After both have said everything.</summary>
    public byte[] Confirm() => Confirmation(_role);

    /// <summary>Whether the other side has the same key.</summary>
    public bool Verify(ReadOnlySpan<byte> confirmation) =>
        CryptographicOperations.FixedTimeEquals(Confirmation(Opposite), confirmation);

    private ProofRole Opposite => _role == ProofRole.Dialler ? ProofRole.Acceptor : ProofRole.Dialler;

    private byte[] Confirmation(ProofRole role)
    {
        _key ??= DeriveKey();
        byte[] said = [(byte)role, .. _binding, .. _transcript.SelectMany(part => part)];
        return HMACSHA256.HashData(_key, said);
    }

    private byte[] DeriveKey()
    {
        byte[] material = Element(_participant.CalculateKeyingMaterial());
        byte[] key = new byte[HMACSHA256.HashSizeInBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, material, key, salt: _binding, info: "pspeershare pair 1"u8);
        CryptographicOperations.ZeroMemory(material);
        return key;
    }

    private byte[][] Note(int round, ProofRole role, IReadOnlyList<byte[]> values)
    {
        _transcript[(2 * (round - 1)) + (role == ProofRole.Dialler ? 0 : 1)] =
            SHA256.HashData(values.SelectMany(value => value).ToArray());
        return [.. values];
    }

    private static bool Check(Action judge)
    {
        try
        {
            judge();
            return true;
        }
        catch (Exception e) when (e is CryptoException or ArithmeticException or ArgumentException)
        {
            return false;
        }
    }

    private static byte[] Bind(PairingPurpose purpose, in ProofContext context) => SHA256.HashData(
    [
        .. "pspeershare pair 1"u8, (byte)purpose,
        .. context.Dialler.ToArray(), .. context.Acceptor.ToArray(), .. context.DiallerNonce, .. context.AcceptorNonce,
    ]);

    private static string Name(ProofRole role, string binding) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)role} {binding}");

    private byte[] Element(BigInteger value) => Fixed(value, _group.P);

    private byte[] Exponent(BigInteger value) => Fixed(value, _group.Q);

    private BigInteger ReadElement(byte[] value) => Read(value, _group.P);

    private BigInteger ReadExponent(byte[] value) => Read(value, _group.Q);

    private static byte[] Fixed(BigInteger value, BigInteger modulus)
    {
        byte[] bytes = value.ToByteArrayUnsigned();
        byte[] result = new byte[SizeOf(modulus)];
        bytes.CopyTo(result, result.Length - bytes.Length);
        return result;
    }

    // One form for one number, and none that is not reduced: nothing can be altered without being another number.
    private static BigInteger Read(byte[] value, BigInteger modulus)
    {
        BigInteger number = value.Length == SizeOf(modulus) ? new BigInteger(1, value) : throw new CryptoException("length");
        return number.CompareTo(modulus) < 0 ? number : throw new CryptoException("range");
    }

    private static int SizeOf(BigInteger modulus) => (modulus.BitLength + 7) / 8;
}
