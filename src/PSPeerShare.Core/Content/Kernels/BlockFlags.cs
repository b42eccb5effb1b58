namespace PSPeerShare.Core.Content.Kernels;

/// <summary>Domain separation of the compression function (BLAKE3 paper, 2.2, table 3).</summary>
[Flags]
internal enum BlockFlags : uint
{
    None = 0,
    ChunkStart = 1,
    ChunkEnd = 2,
    Parent = 4,
    Root = 8,
}
