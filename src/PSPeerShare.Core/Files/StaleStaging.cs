using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>Decides whether a subfolder of staging was left by a crash, and removes it.</summary>
internal static class StaleStaging
{
    /// <summary>Younger ones may just have been made and not be locked yet.</summary>
    public static readonly TimeSpan MinimumAge = TimeSpan.FromMinutes(10);

    /// <summary>Where locks do not work, only a long silence tells.</summary>
    public static readonly TimeSpan MinimumAgeWithoutLock = TimeSpan.FromDays(7);

    /// <summary>Removes the subfolder with its files if nobody holds it, and its owner has ended or it is old.</summary>
    public static void Remove(UnixFileCalls calls, int staging, string name)
    {
        int folder = calls.Open(staging, name, OpenFlags.ReadOnly | OpenFlags.Folder | OpenFlags.NoFollow);
        if (folder < 0)
        {
            return;
        }

        using FolderReader reader = calls.ReadFolder(folder);
        if (!IsStale(calls, folder, name))
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

    /// <summary>Removes partial files that nobody went on with for <see cref="KeptFolder.MaximumAge"/>.</summary>
    public static void RemoveKept(UnixFileCalls calls, int staging)
    {
        int folder = calls.Open(staging, KeptFolder.Name, OpenFlags.ReadOnly | OpenFlags.Folder | OpenFlags.NoFollow);
        if (folder < 0)
        {
            return;
        }

        using FolderReader reader = calls.ReadFolder(folder);
        List<string> files = [];
        while (reader.Read() > 0)
        {
            files.Add(System.Text.Encoding.UTF8.GetString(reader.Name[..^1]));
        }

        foreach (string file in files.Where(f => IsOldFile(calls, folder, f)))
        {
            RemoveKeptFile(calls, folder, file);
        }

        _ = calls.Unlink(staging, KeptFolder.Name, isFolder: true);
    }

    private static bool IsOldFile(UnixFileCalls calls, int folder, string name) =>
        calls.Stat(folder, name, out UnixStat stat) >= 0 && stat.IsRegular
        && DateTime.UtcNow - DateTime.UnixEpoch.AddTicks(stat.ModifiedUnixNs / TimeSpan.NanosecondsPerTick) > KeptFolder.MaximumAge;

    private static void RemoveKeptFile(UnixFileCalls calls, int folder, string name)
    {
        // Whoever holds a journal holds its data. Journals are made before their data, so data alone is an orphan.
        string journal = KeptFolder.JournalOf(name);
        int held = calls.Open(folder, journal, OpenFlags.ReadWrite | OpenFlags.NoFollow | OpenFlags.NonBlocking);
        if (held >= 0 && calls.TryLock(held) >= 0 && IsOldFile(calls, folder, journal))
        {
            _ = calls.Unlink(folder, KeptFolder.DataOf(name), isFolder: false);
            _ = calls.Unlink(folder, journal, isFolder: false);
        }
        else if (held == -Errno.NoEntry)
        {
            _ = calls.Unlink(folder, name, isFolder: false);
        }

        if (held >= 0)
        {
            calls.Close(held);
        }
    }

    private static bool IsStale(UnixFileCalls calls, int folder, string name)
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

        // Without locks a process that cannot be seen from here may be alive.
        if (locked >= 0 && StagingOwner.HasEnded(name))
        {
            return true;
        }

        DateTime modified = DateTime.UnixEpoch.AddTicks(stat.ModifiedUnixNs / TimeSpan.NanosecondsPerTick);
        return DateTime.UtcNow - modified > (locked >= 0 ? MinimumAge : MinimumAgeWithoutLock);
    }
}
