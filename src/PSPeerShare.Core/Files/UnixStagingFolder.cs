using System.Globalization;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Files;

/// <summary>
/// The folder of files that are on their way, for file systems that have no files without names, and for replacing.
/// Each user of it has a subfolder of their own, locked while it is in use: what nobody holds and is old was left by
/// a crash.
/// </summary>
internal sealed class UnixStagingFolder
{
    private const uint PrivateMode = 0x1C0;

    private readonly UnixFileCalls _calls;
    private readonly FolderLease _parent;
    private readonly string _shown;
    private readonly string _own;
    private readonly int _staging;
    private readonly int _file;
    private readonly uint _owner;
    private int _users = 1;
    private int _names;

    private UnixStagingFolder(UnixFileCalls calls, FolderLease parent, string shown, int staging, string own, int file, uint owner)
    {
        _calls = calls;
        _parent = parent;
        _shown = shown;
        _staging = staging;
        _own = own;
        _file = file;
        _owner = owner;
    }

    /// <summary>The handle of the own subfolder.</summary>
    public int File => _file;

    /// <summary>Makes the staging folder below a folder. The lease passes to it, also when this fails.</summary>
    public static UnixStagingFolder Open(UnixFileCalls calls, FolderLease parent, string shown)
    {
        int staging = -1;
        try
        {
            string own = StagingOwner.NewName();

            // Another root may remove the empty folders between any two of these steps.
            int file = -Errno.NoEntry;
            for (int attempt = 0; attempt < 16 && file == -Errno.NoEntry; attempt++)
            {
                Close(calls, ref staging);
                staging = OpenOrMake(calls, parent.File);
                int made = staging < 0 ? staging : calls.MakeFolder(staging, own, PrivateMode);
                file = made < 0 ? made : OpenFolder(calls, staging, own);
            }

            if (file < 0)
            {
                throw UnixErrors.Writing(-file, shown);
            }

            _ = calls.TryLock(file);
            _ = calls.Stat(file, out UnixStat stat);
            return new UnixStagingFolder(calls, parent, shown, staging, own, file, stat.Owner);
        }
        catch
        {
            Close(calls, ref staging);
            parent.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens the subfolder that all users share, for what outlives them; null when it is missing and must not be made,
    /// or is not this user's alone. The lease passes to it, also when there is none.
    /// </summary>
    public static UnixStagingFolder? OpenKept(UnixFileCalls calls, FolderLease parent, string shown, bool create)
    {
        // Another root may remove the empty folders between any two of these steps.
        for (int attempt = 0; attempt < 16; attempt++)
        {
            int staging = create ? OpenOrMake(calls, parent.File) : OpenFolder(calls, parent.File, SafeRoot.StagingName);
            int made = create && staging >= 0 ? calls.MakeFolder(staging, KeptFolder.Name, PrivateMode) : 0;
            int file = staging < 0 ? staging
                : made < 0 && made != -Errno.Exists ? made
                : OpenFolder(calls, staging, KeptFolder.Name);
            if (file >= 0 && IsPrivate(calls, file, out uint owner))
            {
                return new UnixStagingFolder(calls, parent, shown, staging, KeptFolder.Name, file, owner);
            }

            bool isFinal = file >= 0 || file != -Errno.NoEntry || !create;
            Close(calls, ref file);
            Close(calls, ref staging);
            if (isFinal)
            {
                break;
            }
        }

        parent.Dispose();
        return null;
    }

    /// <summary>Removes what crashed processes left in the staging folder below a folder, as far as it may.</summary>
    public static void Clean(UnixFileCalls calls, int parent)
    {
        int staging = OpenFolder(calls, parent, SafeRoot.StagingName);
        if (staging < 0)
        {
            return;
        }

        using (FolderReader reader = calls.ReadFolder(staging))
        {
            List<string> found = [];
            while (reader.Read() > 0)
            {
                found.Add(System.Text.Encoding.UTF8.GetString(reader.Name[..^1]));
            }

            foreach (string name in found)
            {
                if (name == KeptFolder.Name)
                {
                    StaleStaging.RemoveKept(calls, staging);
                }
                else
                {
                    StaleStaging.Remove(calls, staging, name);
                }
            }

            _ = calls.Unlink(parent, SafeRoot.StagingName, isFolder: true);
        }
    }

    /// <summary>Makes a new file and tells its name.</summary>
    public int Create(int mode, out string name)
    {
        name = NextName();
        int flags = OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;
        int file = _calls.Open(_file, name, flags, mode);
        if (file < 0)
        {
            throw UnixErrors.Writing(-file, _shown);
        }

        // Whoever can write to the folder above could have swapped this one for their own just after it was made.
        if (_calls.Stat(file, out UnixStat stat) < 0 || stat.Owner != _owner)
        {
            _ = _calls.Unlink(_file, name, isFolder: false);
            _calls.Close(file);
            throw new PeerShareException(PeerError.DestinationNotWritable, _shown, "it belongs to another user");
        }

        return file;
    }

    /// <summary>A name that no other file of this folder has.</summary>
    public string NextName() => Interlocked.Increment(ref _names).ToString(CultureInfo.InvariantCulture);

    /// <summary>The names of all files in the folder.</summary>
    public IReadOnlyList<string> ListNames()
    {
        // A handle of its own: reading moves it.
        int folder = _calls.Open(_file, ".", OpenFlags.ReadOnly | OpenFlags.Folder | OpenFlags.NoFollow);
        if (folder < 0)
        {
            return [];
        }

        List<string> names = [];
        using FolderReader reader = _calls.ReadFolder(folder);
        while (reader.Read() > 0)
        {
            names.Add(System.Text.Encoding.UTF8.GetString(reader.Name[..^1]));
        }

        return names;
    }

    /// <summary>Counts one more user.</summary>
    public void Acquire() => Interlocked.Increment(ref _users);

    /// <summary>The last user removes the folder, when it is empty.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
        {
            _ = _calls.Unlink(_staging, _own, isFolder: true);
            _ = _calls.Unlink(_parent.File, SafeRoot.StagingName, isFolder: true);
            _calls.Close(_file);
            _calls.Close(_staging);
            _parent.Dispose();
        }
    }

    private static bool IsPrivate(UnixFileCalls calls, int folder, out uint owner)
    {
        bool isKnown = calls.Stat(folder, out UnixStat stat) >= 0;
        owner = stat.Owner;
        return isKnown && owner == calls.EffectiveUser() && (stat.Mode & 0x3F) == 0;
    }

    private static int OpenOrMake(UnixFileCalls calls, int parent)
    {
        int result = calls.MakeFolder(parent, SafeRoot.StagingName, PrivateMode);
        return result >= 0 || result == -Errno.Exists ? OpenFolder(calls, parent, SafeRoot.StagingName) : result;
    }

    private static int OpenFolder(UnixFileCalls calls, int parent, string name) =>
        calls.Open(parent, name, OpenFlags.ReadOnly | OpenFlags.Folder | OpenFlags.NoFollow);

    private static void Close(UnixFileCalls calls, ref int file)
    {
        if (file >= 0)
        {
            calls.Close(file);
            file = -1;
        }
    }
}
