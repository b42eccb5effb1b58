using System.Buffers.Binary;
using static PSPeerShare.Core.Content.Kernels.Blake3Tables;

namespace PSPeerShare.Core.Content.Kernels;

/// <summary>The 32 bytes that go from block to block: eight little-endian words (BLAKE3 paper, 2.2).</summary>
internal static unsafe class ChainingValue
{
    /// <summary>Writes the value that every chunk and every parent starts from.</summary>
    public static void Start(byte* chain)
    {
        var words = new Span<byte>(chain, HashBytes);
        foreach (var word in InitialState)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(words, word);
            words = words[sizeof(uint)..];
        }
    }
}
