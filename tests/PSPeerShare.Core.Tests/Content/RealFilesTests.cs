using System.ComponentModel;
using System.Diagnostics;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Tests.Content;

public sealed class RealFilesTests
{
    [Fact]
    public void Real_files_have_the_hash_that_b3sum_or_the_oracle_states()
    {
        var files = Directory.EnumerateFiles(AppContext.BaseDirectory, "*", SearchOption.AllDirectories)
            .Select(path => new FileInfo(path))
            .Where(file => file.Length < 8 * 1024 * 1024)
            .OrderByDescending(file => file.Length)
            .Take(60)
            .Select(file => file.FullName)
            .ToArray();
        Assert.NotEmpty(files);
        var stated = RunB3sum(files) ?? [.. files.Take(10).Select(file => Oracle.Hash(File.ReadAllBytes(file)))];
        foreach (var (file, hash) in files.Zip(stated))
        {
            var data = File.ReadAllBytes(file);
            Assert.Equal(hash, Blake3Hasher.Hash(data).ToString());
            Assert.Equal(hash, ParallelHasher.Hash(data, 2, CancellationToken.None).Root.ToString());
        }
    }

    /// <summary>What b3sum prints for the files, or null where it is not installed.</summary>
    private static string[]? RunB3sum(string[] files)
    {
        var start = new ProcessStartInfo("b3sum") { RedirectStandardOutput = true };
        start.ArgumentList.Add("--no-names");
        Array.ForEach(files, start.ArgumentList.Add);
        try
        {
            using var process = Process.Start(start)!;
            var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(process.WaitForExit(TimeSpan.FromMinutes(1)));
            Assert.Equal(files.Length, lines.Length);
            return lines;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
