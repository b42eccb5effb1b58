namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>The audit of a home as it is on the disk now, while somebody writes it.</summary>
internal static class AuditFiles
{
    /// <summary>All lines, in the order of the files' names.</summary>
    public static string[] Lines(string home) => !Directory.Exists(Path.Combine(home, "logs")) ? [] :
        [.. Directory.GetFiles(Path.Combine(home, "logs"), "audit*.json").Order(StringComparer.Ordinal).SelectMany(ReadShared)];

    /// <summary>The lines of one file.</summary>
    public static string[] ReadShared(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using StreamReader reader = new(file);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
