using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>Files much larger than what either end may hold.</summary>
public sealed class BigFileTests
{
    private const long Length = 300L << 20;

    [Fact]
    public async Task A_large_file_arrives_whole_and_neither_end_holds_it()
    {
        await using NodePair pair = await NodePair.StartAsync();
        MakeSparse(pair.Server["docs", "sparse.bin"], Length);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        TransferInfo result = await pair.FetchOneAsync("docs/sparse.bin");

        NodePair.AssertCompleted(result);
        Assert.Equal((Length, Length), (result.Length, result.BytesTransferred));
        AssertLooksLike(pair.Client["in", "sparse.bin"], Length);
        Assert.True(GC.GetTotalMemory(forceFullCollection: false) - before < 150 << 20, "the managed heap grew with the file");
    }

    [Fact]
    public async Task A_large_file_that_is_there_is_compared_and_not_fetched_again()
    {
        await using NodePair pair = await NodePair.StartAsync();
        MakeSparse(pair.Server["docs", "sparse.bin"], Length);
        pair.Client.Folder("in");
        MakeSparse(pair.Client["in", "sparse.bin"], Length);

        TransferInfo result = await pair.FetchOneAsync("docs/sparse.bin");

        Assert.Equal((TransferStatus.Unchanged, 0, Length), (result.Status, result.BytesTransferred, result.BytesReused));
    }

    // Zeros with a mark at both ends and in the middle.
    private static void MakeSparse(string path, long length)
    {
        using FileStream file = File.Create(path);
        file.Write("begin"u8);
        file.Seek(length / 2, SeekOrigin.Begin);
        file.Write("middle"u8);
        file.Seek(length - 3, SeekOrigin.Begin);
        file.Write("end"u8);
    }

    private static void AssertLooksLike(string path, long length)
    {
        using FileStream file = File.OpenRead(path);
        Assert.Equal(length, file.Length);
        byte[] mark = new byte[6];
        file.ReadExactly(mark, 0, 5);
        Assert.Equal("begin"u8, mark.AsSpan(0, 5));
        file.Seek(length / 2, SeekOrigin.Begin);
        file.ReadExactly(mark, 0, 6);
        Assert.Equal("middle"u8, mark);
        file.Seek(length - 3, SeekOrigin.Begin);
        file.ReadExactly(mark, 0, 3);
        Assert.Equal("end"u8, mark.AsSpan(0, 3));
    }
}
