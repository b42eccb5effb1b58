using PSPeerShare.Core.Tests.Files;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A real file system of its own with little room, mounted at a folder until the end of the test.</summary>
internal sealed class SmallDisk : IDisposable
{
    public SmallDisk(string folder, int megabytes)
    {
        Path = Directory.CreateDirectory(folder).FullName;
        Assert.True(RawNames.TryMount(Path, $"size={megabytes}m"), "a file system is mounted");
    }

    public string Path { get; }

    /// <summary>Takes all the room there is, until the result is disposed.</summary>
    public IDisposable Fill() => new Filler(System.IO.Path.Join(Path, "filler"));

    public void Dispose() => RawNames.Unmount(Path);

    private sealed class Filler : IDisposable
    {
        private readonly string _path;

        public Filler(string path)
        {
            _path = path;
            byte[] block = new byte[64 * 1024];
            using FileStream file = File.Create(path, 0);
            while (TryWrite(file, block))
            {
            }
        }

        public void Dispose() => File.Delete(_path);

        private static bool TryWrite(FileStream file, byte[] block)
        {
            try
            {
                file.Write(block);
                return true;
            }
            catch (IOException)
            {
                return false;
            }
        }
    }
}
