using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// What one peer has in its folder of the inbox and what is on its way there, so that a quota holds for all its
/// connections together. Any thread.
/// </summary>
/// <remarks>
/// The folder is counted when the peer first pushes, and again before a quota refuses anything: its owner may have
/// cleared it.
/// </remarks>
internal sealed class InboxUsage
{
    private readonly Lock _gate = new();
    private bool _isCounted;
    private long _bytes;
    private long _files;
    private long _comingBytes;
    private long _comingFiles;
    private long _nameBytes;

    /// <summary>Takes room for a file.</summary>
    /// <returns>Why there is none, for the sender; <see langword="null"/> when there is and was taken.</returns>
    public string? TryTake(SafeRoot inbox, string folder, long length, InboxLimits limits, int nameBytes = 0)
    {
        lock (_gate)
        {
            if (length > limits.FileBytes)
            {
                return "the file is larger than the inbox takes";
            }

            if (_nameBytes + nameBytes > Limits.OpenPushNameBytes)
            {
                return "too many names are open";
            }

            if (!_isCounted || IsOver(length, limits))
            {
                Count(inbox, folder);
            }

            if (IsOver(length, limits))
            {
                return "the quota of the inbox is used up";
            }

            if (FreeSpace.Below(inbox) - _comingBytes - length < limits.FreeBytes)
            {
                return "too little space would be left";
            }

            _comingBytes += length;
            _comingFiles++;
            _nameBytes += nameBytes;
            return null;
        }
    }

    /// <summary>A file that had room has come to its end, there or not.</summary>
    public void End(long length, bool hasArrived, int nameBytes = 0)
    {
        lock (_gate)
        {
            _comingBytes -= length;
            _comingFiles--;
            _nameBytes -= nameBytes;
            _bytes += hasArrived ? length : 0;
            _files += hasArrived ? 1 : 0;
        }
    }

    private bool IsOver(long length, InboxLimits limits) =>
        _files + _comingFiles + 1 > limits.PeerFiles || (limits.PeerBytes is { } most && length > most - _bytes - _comingBytes);

    private void Count(SafeRoot inbox, string folder)
    {
        _isCounted = true;
        (_bytes, _files) = (0, 0);
        if (!inbox.TryStat([folder], out EntryFacts there) || !there.IsFolder)
        {
            return;
        }

        foreach (FolderEntry entry in inbox.Enumerate([folder], recurse: true, new EntrySkips(), static _ => false))
        {
            _bytes += entry.IsFolder ? 0 : entry.Length;
            _files += entry.IsFolder ? 0 : 1;
        }
    }
}
