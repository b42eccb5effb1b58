using System.Buffers;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>A folder to be transferred, and how to tell that it was.</summary>
internal sealed record Workload(string Name, string Folder, int Files, long Bytes)
{
    private const int BlockBytes = 4 * 1024 * 1024;
    private const int CompareBytes = 512 * 1024;

    /// <summary>One file of incompressible bytes.</summary>
    public static Workload OneFile(string name, string parent, long bytes)
    {
        string folder = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;
        Fill(Path.Combine(folder, "file.bin"), bytes);
        return new Workload(name, folder, 1, bytes);
    }

    /// <summary>Many files of one size, of incompressible bytes.</summary>
    public static Workload ManyFiles(string name, string parent, int files, int bytes)
    {
        string folder = Directory.CreateDirectory(Path.Combine(parent, name)).FullName;
        for (int i = 0; i < files; i++)
        {
            Fill(Path.Combine(folder, $"f{i:00000}.bin"), bytes);
        }

        return new Workload(name, folder, files, (long)files * bytes);
    }

    /// <summary>A copy of a real tree without its links, which no contender treats like another.</summary>
    public static Workload? CopyOf(string name, string parent, string tree)
    {
        if (!Directory.Exists(tree))
        {
            return null;
        }

        string folder = Path.Combine(parent, name);
        EnumerationOptions plain = new() { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true };
        int files = 0;
        long bytes = 0;
        foreach (string file in Directory.EnumerateFiles(tree, "*", plain))
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(tree, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
            files++;
            bytes += new FileInfo(copy).Length;
        }

        return new Workload(name, folder, files, bytes);
    }

    /// <summary>Throws unless the folder holds the same files with the same bytes.</summary>
    public void RequireEqual(string other)
    {
        string[] theirs = Directory.GetFiles(other, "*", SearchOption.AllDirectories);
        if (theirs.Length != Files)
        {
            throw new InvalidOperationException($"{theirs.Length} files arrived instead of {Files}.");
        }

        foreach (string copy in theirs)
        {
            string source = Path.Combine(Folder, Path.GetRelativePath(other, copy));
            if (!AreEqual(source, copy))
            {
                throw new InvalidOperationException($"{copy} differs from {source}.");
            }
        }
    }

    private static bool AreEqual(string left, string right)
    {
        using FileStream one = new(left, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        using FileStream two = new(right, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (one.Length != two.Length)
        {
            return false;
        }

        byte[] a = ArrayPool<byte>.Shared.Rent(CompareBytes);
        byte[] b = ArrayPool<byte>.Shared.Rent(CompareBytes);
        try
        {
            int count;
            do
            {
                count = one.ReadAtLeast(a.AsSpan(0, CompareBytes), CompareBytes, throwOnEndOfStream: false);
                if (two.ReadAtLeast(b.AsSpan(0, CompareBytes), CompareBytes, throwOnEndOfStream: false) != count || !a.AsSpan(0, count).SequenceEqual(b.AsSpan(0, count)))
                {
                    return false;
                }
            }
            while (count == CompareBytes);

            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(a);
            ArrayPool<byte>.Shared.Return(b);
        }
    }

    private static void Fill(string path, long bytes)
    {
        byte[] block = new byte[(int)Math.Min(bytes, BlockBytes)];
        using FileStream file = new(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (long left = bytes; left > 0; left -= block.Length)
        {
            Random.Shared.NextBytes(block);
            file.Write(block.AsSpan(0, (int)Math.Min(left, block.Length)));
        }
    }
}
