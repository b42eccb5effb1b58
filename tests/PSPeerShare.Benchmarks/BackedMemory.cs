namespace PSPeerShare.Benchmarks;

/// <summary>
/// Sees to it that a file in memory finds pages which this machine has. The host of a virtual machine may take free
/// memory back, and then the first write to each page waits for it: measured 3.7 s of CPU for 2 GiB, in every second
/// fetch, whoever's turn it was.
/// </summary>
internal static class BackedMemory
{
    private const long Least = 16 << 20;
    private const int BlockBytes = 4 << 20;

    /// <summary>Writes so many bytes and deletes them again: what was freed last is given out first.</summary>
    public static void Provide(string folder, long bytes)
    {
        if (bytes < Least)
        {
            return;
        }

        using FileStream file = new(
            Path.Combine(folder, $"backing-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        byte[] block = new byte[BlockBytes];
        for (long written = 0; written < bytes; written += block.Length)
        {
            file.Write(block);
        }
    }
}
