using Org.BouncyCastle.Crypto.Agreement.JPake;
using Org.BouncyCastle.Math;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A group of 160 bits with a subgroup of 64: no protection at all, but thousands of runs take seconds.</summary>
internal static class SmallGroup
{
    public static readonly BigInteger P = new("a39edb32051a8c4317838deeaf1e47d649167e75", 16);
    public static readonly BigInteger Q = new("e36bf9b3ddcb369d", 16);
    public static readonly BigInteger G = new("72aa0497d18ae309bb0dc7867093218d98b8491b", 16);

    public static JPakePrimeOrderGroup Value { get; } = new(P, Q, G);
}
