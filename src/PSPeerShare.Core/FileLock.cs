using System.Diagnostics;

namespace PSPeerShare.Core;

/// <summary>
/// One holder at a time, across threads and processes. The lock is the system's, on an open file, so a process that
/// dies lets go of it. The file stays.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private readonly FileStream file;

    private FileLock(FileStream file) => this.file = file;

    /// <summary>The lock, or null when another holds it or the file cannot be made.</summary>
    public static FileLock? TryTake(string path)
    {
        try
        {
            return Open(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The lock, as soon as it is free.</summary>
    /// <exception cref="IOException">It is still held after <paramref name="patience"/>.</exception>
    public static FileLock Take(string path, TimeSpan patience)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return Open(path);
            }
            catch (IOException failure) when (failure is not DirectoryNotFoundException && waited.Elapsed < patience)
            {
                Thread.Sleep(10);
            }
        }
    }

    public void Dispose() => file.Dispose();

    private static FileLock Open(string path) =>
        new(new FileStream(path, OwnerOnly.FileOptions(FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None)));
}
