using System.Diagnostics;
using System.Globalization;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// What one peer has in its folder of the inbox, what unfinished pushes have left there, and what is on its way, so
/// that a quota holds for all its connections together. Any thread.
/// </summary>
/// <remarks>
/// The folder is counted when the peer first pushes, and again before a quota refuses anything: its owner may have
/// cleared it. A large folder is not counted all the time by offers that nothing will come of: a tenth of the time is
/// the most that goes into it.
/// </remarks>
internal sealed class InboxUsage
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(2);

    private readonly Lock _gate = new();

    /// <summary>Bytes of partial files that nobody goes on with now, by name.</summary>
    private readonly Dictionary<string, long> _left = new(StringComparer.Ordinal);

    /// <summary>How many announced files a partial file belongs to: two, when a sender comes back before its old
    /// connection is known to be gone.</summary>
    private readonly Dictionary<string, int> _goingOn = new(StringComparer.Ordinal);
    private bool _isCounted;
    private long _countedAt;
    private TimeSpan _countedFor;
    private long _bytes;
    private long _files;
    private long _leftBytes;
    private long _comingBytes;
    private long _comingFiles;
    private long _heldBytes;
    private long _nameBytes;

    /// <summary>Takes room for a file.</summary>
    /// <returns>Why there is none, for the sender; <see langword="null"/> when there is and was taken.</returns>
    public string? TryTake(SafeRoot inbox, string folder, InboxItem item, InboxLimits limits)
    {
        lock (_gate)
        {
            if (item.Length > limits.FileBytes)
            {
                return $"it takes no file of more than {Number(limits.FileBytes)} bytes";
            }

            if (_nameBytes + item.NameBytes > Limits.OpenPushNameBytes)
            {
                return "too many names are open";
            }

            if (!_isCounted || (IsOver(item, limits) && MayCountAgain()))
            {
                Count(inbox, folder);
            }

            if (IsOver(item, limits))
            {
                return WhyOver(item, limits);
            }

            long held = HeldOf(item);
            if (FreeSpace.Below(inbox) - (_comingBytes - _heldBytes) - (item.Length - held) < limits.FreeBytes)
            {
                return "too little space would be left";
            }

            item.HeldBytes = held;
            _comingBytes += item.Length;
            _comingFiles++;
            _heldBytes += held;
            _nameBytes += item.NameBytes;
            if (item.PartialName is { } partial)
            {
                Forget(partial);
                _goingOn[partial] = _goingOn.GetValueOrDefault(partial) + 1;
            }

            return null;
        }
    }

    /// <summary>A file that had room has come to its end, there or not.</summary>
    public void End(SafeRoot inbox, InboxItem item, bool hasArrived)
    {
        lock (_gate)
        {
            _comingBytes -= item.Length;
            _comingFiles--;
            _heldBytes -= item.HeldBytes;
            _nameBytes -= item.NameBytes;
            _bytes += hasArrived ? item.Length : 0;
            _files += hasArrived ? 1 : 0;
            if (item.PartialName is { } partial && --_goingOn[partial] == 0)
            {
                _goingOn.Remove(partial);
                if (!hasArrived)
                {
                    using KeptFolder? kept = inbox.OpenKept(create: false);
                    Keep(partial, kept?.LengthOf(partial) ?? 0);
                }
            }
        }
    }

    private bool IsOver(InboxItem item, InboxLimits limits)
    {
        bool isThere = item.PartialName is { } partial && _left.ContainsKey(partial);
        return _files + _left.Count - (isThere ? 1 : 0) + _comingFiles + 1 > limits.PeerFiles
            || (limits.PeerBytes is { } most && item.Length > most - _bytes - _comingBytes - (_leftBytes - HeldOf(item)));
    }

    // The sender may know: these are its own files there, and the limits that it has to live with.
    private string WhyOver(InboxItem item, InboxLimits limits) =>
        limits.PeerBytes is { } most && item.Length > most - _bytes - _comingBytes - (_leftBytes - HeldOf(item))
            ? $"it has room for {Number(most)} bytes of one peer, of which {Number(_bytes + _comingBytes + _leftBytes)} are taken, and the file has {Number(item.Length)}"
            : $"it has room for {Number(limits.PeerFiles)} files of one peer, and so many are there or on their way";

    private static string Number(long? value) => string.Create(CultureInfo.InvariantCulture, $"{value:N0}");

    private long HeldOf(InboxItem item) =>
        item.PartialName is { } partial ? Math.Min(item.Length, _left.GetValueOrDefault(partial)) : 0;

    private void Keep(string partial, long bytes)
    {
        Forget(partial);
        if (bytes > 0)
        {
            _left[partial] = bytes;
            _leftBytes += bytes;
        }
    }

    private void Forget(string partial)
    {
        if (_left.Remove(partial, out long bytes))
        {
            _leftBytes -= bytes;
        }
    }

    private bool MayCountAgain() =>
        _countedFor < Quick || Stopwatch.GetElapsedTime(_countedAt) > 10 * _countedFor;

    // What cannot be counted to its end counts for nothing: the next one begins anew.
    private void Count(SafeRoot inbox, string folder)
    {
        long start = Stopwatch.GetTimestamp();
        long bytes = 0;
        long files = 0;
        if (inbox.TryStat([folder], out EntryFacts there) && there.IsFolder)
        {
            foreach (FolderEntry entry in inbox.Enumerate([folder], recurse: true, new EntrySkips(), static _ => false))
            {
                bytes += entry.IsFolder ? 0 : entry.Length;
                files += entry.IsFolder ? 0 : 1;
            }
        }

        _isCounted = false;
        CountPartials(inbox, folder);
        (_bytes, _files, _isCounted) = (bytes, files, true);
        (_countedAt, _countedFor) = (Stopwatch.GetTimestamp(), Stopwatch.GetElapsedTime(start));
    }

    private void CountPartials(SafeRoot inbox, string folder)
    {
        _left.Clear();
        _leftBytes = 0;
        using KeptFolder? kept = inbox.OpenKept(create: false);
        foreach (KeptPart part in kept?.List() ?? [])
        {
            // What is on its way counts with all its length already.
            if (part.Key.Target[0] == folder && !_goingOn.ContainsKey(part.Key.Name))
            {
                Keep(part.Key.Name, part.DataBytes);
            }
        }
    }
}
