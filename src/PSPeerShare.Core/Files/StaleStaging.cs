using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>Decides whether a subfolder of staging was left by a crash, and removes it.</summary>
internal static class StaleStaging
{
    /// <summary>Younger ones may just have been made and not be locked yet.</summary>
    public static readonly TimeSpan MinimumAge = TimeSpan.FromMinutes(10);

    /// <summary>Where locks do not work, only a long silence tells.</summary>
    public static readonly TimeSpan MinimumAgeWithoutLock = TimeSpan.FromDays(7);

    /// <summary>Removes the subfolder with its files if it is old and nobody holds it.</summary>
    public static void Remove(UnixFileCalls calls, int staging, string name)
    {
        int folder = calls.Open(staging, name, OpenFlags.ReadOnly | OpenFlags.Folder | OpenFlags.NoFollow);
        if (folder < 0)
        {
            return;
        }

        using FolderReader reader = calls.ReadFolder(folder);
        if (!IsStale(calls, folder))
        {
            return;
        }

        List<string> files = [];
        while (reader.Read() > 0)
        {
            files.Add(System.Text.Encoding.UTF8.GetString(reader.Name[..^1]));
        }

        foreach (string file in files)
        {
            _ = calls.Unlink(folder, file, isFolder: false);
        }

        _ = calls.Unlink(staging, name, isFolder: true);
    }

    private static bool IsStale(UnixFileCalls calls, int folder)
    {
        if (calls.Stat(folder, out UnixStat stat) < 0)
        {
            return false;
        }

        int locked = calls.TryLock(folder);
        if (locked == -Errno.Again)
        {
            return false;
        }

        DateTime modified = DateTime.UnixEpoch.AddTicks(stat.ModifiedUnixNs / TimeSpan.NanosecondsPerTick);
        return DateTime.UtcNow - modified > (locked >= 0 ? MinimumAge : MinimumAgeWithoutLock);
    }
}
