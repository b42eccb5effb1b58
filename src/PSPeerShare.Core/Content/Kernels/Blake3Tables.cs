namespace PSPeerShare.Core.Content.Kernels;

/// <summary>Sizes and constants of BLAKE3 (paper, 2.1 and 2.2).</summary>
internal static class Blake3Tables
{
    public const int BlockBytes = 64;
    public const int ChunkBytes = 1024;
    public const int BlocksPerChunk = ChunkBytes / BlockBytes;
    public const int HashBytes = ContentHash.SizeInBytes;
    public const int Rounds = 7;

    /// <summary>The eight words that start a chunk and a parent: those of SHA-256 (paper, table 1).</summary>
    public static ReadOnlySpan<uint> InitialState =>
    [
        0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
    ];

    /// <summary>
    /// Which message word each of the 16 additions of each of the seven rounds takes: row r + 1 is row r sent
    /// through the permutation of table 2 of the paper.
    /// </summary>
    public static ReadOnlySpan<byte> MessageSchedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8,
        3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1,
        10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6,
        12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4,
        9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7,
        11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13,
    ];
}
