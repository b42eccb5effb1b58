using Org.BouncyCastle.Crypto.Digests;

namespace PSPeerShare.Core.Tests.Content;

/// <summary>An independent BLAKE3 and the inputs that tests hash.</summary>
internal static class Oracle
{
    /// <summary>The official vectors' input: byte i is i modulo 251.</summary>
    public static byte[] Pattern(int length)
    {
        var data = new byte[length];
        for (var i = 0; i < length; i++)
        {
            data[i] = (byte)(i % 251);
        }

        return data;
    }

    public static byte[] Random(int length, int seed)
    {
        var data = new byte[length];
        new Random(seed).NextBytes(data);
        return data;
    }

    public static string Hash(ReadOnlySpan<byte> data)
    {
        var digest = new Blake3Digest();
        digest.BlockUpdate(data);
        var hash = new byte[32];
        digest.DoFinal(hash, 0);
        return Convert.ToHexStringLower(hash);
    }
}
