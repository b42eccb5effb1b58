namespace PSPeerShare.Core.Content.Kernels;

/// <summary>What the rows of a pass have in common: chunks of 16 blocks that count, or parents of one block.</summary>
internal readonly record struct RowShape(
    int Bytes, ulong CounterStep, BlockFlags Always, BlockFlags First, BlockFlags Last)
{
    public int Blocks => Bytes / Blake3Tables.BlockBytes;

    public BlockFlags FlagsOf(int block) =>
        Always | (block == 0 ? First : 0) | (block == Blocks - 1 ? Last : 0);
}
