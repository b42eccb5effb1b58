using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Files;

/// <summary>
/// A file that arrives in groups, in any order and from any number of writers, and that a later process can go on with.
/// It does not know where bytes come from: whoever claims a group has hashed its bytes, and has compared the hash
/// where the content's tree is known. The commit compares the root over all groups in any case (R2).
/// </summary>
/// <remarks>
/// <para>Any thread may write and claim. It begins without a name; only when it has lasted for <see cref="FlushAfter"/>
/// does it get a place in the folder of partial files and a journal, so files that pass quickly cost nothing. From then
/// on, at most that time's data and what one flush takes is lost by a kill.</para>
/// <para>Where it cannot be kept (another process writes the same target, a folder that cannot be made) it works all
/// the same, and is gone with the process.</para>
/// </remarks>
internal sealed partial class PartialFile : IDisposable
{
    /// <summary>Shorter files are not worth it: they arrive again in less time than it takes to go on with them.</summary>
    public const long FewestBytes = 8 * 1024 * 1024;

    /// <summary>How long groups wait before they are flushed and noted.</summary>
    public static readonly TimeSpan FlushAfter = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();

    // Writers share it; whoever names or closes the file has it alone. Taken after the gate, and never the other way.
    private readonly ReaderWriterLockSlim _writing = new();
    private readonly SafeRoot _root;
    private readonly TimeSpan _flushAfter;
    private readonly StagedFile _file;
    private readonly GroupHashes _hashes;
    private readonly List<(long Group, ContentHash Hash)> _unflushed = [];
    private KeptFolder? _kept;
    private PartialJournal? _journal;
    private volatile PeerShareException? _fault;
    private volatile bool _isClosed;

    private PartialFile(SafeRoot root, PartialKey key, StagedFile file, GroupHashes hashes, TimeSpan flushAfter)
    {
        _root = root;
        _file = file;
        _hashes = hashes;
        _flushAfter = flushAfter;
        Key = key;
        Layout = new GroupLayout(key.Length);
        BytesFound = hashes.Bytes;
        _lastFlush = Environment.TickCount64;
    }

    /// <summary>What it is going to be.</summary>
    public PartialKey Key { get; }

    /// <summary>Its groups.</summary>
    public GroupLayout Layout { get; }

    /// <summary>Bytes of the groups that an earlier attempt has left.</summary>
    public long BytesFound { get; }

    /// <summary>The file's facts since it has its name.</summary>
    public FileFacts? FinalFacts { get; private set; }

    /// <summary>Bytes of the groups that are there.</summary>
    public long BytesHeld
    {
        get
        {
            lock (_gate)
            {
                return _hashes.Bytes;
            }
        }
    }

    /// <summary>Whether all groups are there.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_gate)
            {
                return _hashes.Count == Layout.Count;
            }
        }
    }

    /// <summary>
    /// Goes on with what an earlier attempt has left of the same file, or begins it. What was left is believed without
    /// reading it when nobody but its writer can have written to it in this boot, and is read and hashed otherwise.
    /// </summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationFull"/> or
    /// <see cref="PeerError.DestinationNotWritable"/>.</exception>
    public static PartialFile Open(SafeRoot root, PartialKey key, TimeSpan? flushAfter = null)
    {
        TimeSpan after = flushAfter ?? FlushAfter;
        return GoOn(root, key, left => key.Continues(left) ? key : null, isFinder: false, after) ?? New(root, key, after);
    }

    /// <summary>Whether a group is there.</summary>
    public bool Has(long group)
    {
        lock (_gate)
        {
            return _hashes.TryGet(group, out _);
        }
    }

    /// <summary>The missing parts of the file in their order, each as long as it can be.</summary>
    public IReadOnlyList<(long Offset, long Length)> Missing()
    {
        List<(long Offset, long Length)> missing = [];
        long from = 0;
        lock (_gate)
        {
            foreach (long group in _hashes.Groups())
            {
                long start = Layout.OffsetOf(group);
                if (start > from)
                {
                    missing.Add((from, start - from));
                }

                from = start + Layout.LengthOf(group);
            }
        }

        if (from < Layout.Length)
        {
            missing.Add((from, Layout.Length - from));
        }

        return missing;
    }

    /// <summary>Writes a whole group and claims it.</summary>
    /// <param name="group">Which one.</param>
    /// <param name="bytes">All of its bytes.</param>
    /// <param name="hash">Their hash, which the caller has computed from these very bytes.</param>
    public void Write(long group, ReadOnlySpan<byte> bytes, ContentHash hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(bytes.Length, Layout.LengthOf(group));
        WriteAt(Layout.OffsetOf(group), bytes);
        Claim(group, hash);
    }

    /// <summary>Writes bytes of a group that is not there yet; they count for nothing until it is claimed.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationFull"/>,
    /// <see cref="PeerError.DestinationNotWritable"/>, or <see cref="PeerError.TransferStopped"/> when it was committed,
    /// discarded or closed.</exception>
    public void WriteAt(long offset, ReadOnlySpan<byte> bytes)
    {
        ThrowIfFaulted();
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + bytes.Length, Layout.Length);
        _writing.EnterReadLock();
        try
        {
            ThrowIfClosed();
            _file.Write(bytes, offset);
        }
        finally
        {
            _writing.ExitReadLock();
        }

        Seal();
    }

    /// <summary>Says that all bytes of a group were written, and have this hash.</summary>
    public void Claim(long group, ContentHash hash)
    {
        ThrowIfFaulted();
        lock (_gate)
        {
            if (_hashes.Add(group, hash))
            {
                _unflushed.Add((group, hash));
                FlushWhenDue();
            }
            else if (HashOf(group) != hash)
            {
                // Its bytes are now another's than those that were claimed.
                Withdraw(group);
                throw new PeerShareException(PeerError.ContentMismatch, detail: $"group {group} came with two contents");
            }
        }
    }

    /// <summary>Takes a group's claim back, because its content turned out to be another one. It is to be written again.</summary>
    public void Withdraw(long group)
    {
        lock (_gate)
        {
            _hashes.Remove(group);
            _unflushed.RemoveAll(u => u.Group == group);
            _withdrawals++;
            RewriteJournal();
        }
    }

    /// <summary>Takes the last group's claim back, and says where it is.</summary>
    public (long Offset, long Length) WithdrawLast()
    {
        long last = Layout.Count - 1;
        Withdraw(last);
        return (Layout.OffsetOf(last), Layout.LengthOf(last));
    }

    /// <summary>The hash of a group that is there.</summary>
    public ContentHash? HashOf(long group)
    {
        lock (_gate)
        {
            return _hashes.TryGet(group, out ContentHash hash) ? hash : null;
        }
    }

    /// <summary>The root over all groups, which have to be there.</summary>
    public ContentHash ComputeRoot()
    {
        lock (_gate)
        {
            return _hashes.TryBuild(out Outboard? outboard) ? outboard.Root : throw new InvalidOperationException("Groups are missing.");
        }
    }

    /// <summary>Gives the file its name, when all groups are there and their root is the expected one (R2).</summary>
    /// <returns>The proof of the content.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.ContentMismatch"/>, after which nothing is left of it;
    /// or what <see cref="StagedFile.Commit"/> says, after which it is still there.</exception>
    public Outboard Commit(
        ReadOnlySpan<string> target,
        CommitMode mode,
        long? modifiedUnixNs,
        bool durable,
        ContentHash expected,
        out string finalName)
    {
        if (durable)
        {
            // The system tells each failure once: a flush that runs now might be the one that hears of it (R1).
            WaitForFlush();
        }

        ThrowIfFaulted();
        lock (_gate)
        {
            if (!_hashes.TryBuild(out Outboard? outboard) || outboard.Root != expected)
            {
                string detail = outboard is null ? "parts are missing" : $"hash {outboard.Root}";
                Remove();
                throw new PeerShareException(PeerError.ContentMismatch, detail: detail);
            }

            _writing.EnterWriteLock();
            try
            {
                _file.Commit(target, mode, modifiedUnixNs, durable, out finalName);
                FinalFacts = SafeRoot.Stat(_file.Handle);
                _isClosed = true;
            }
            finally
            {
                _writing.ExitWriteLock();
            }

            Remove();
            return outboard;
        }
    }

    /// <summary>Leaves nothing of it.</summary>
    public void Discard()
    {
        lock (_gate)
        {
            Remove();
        }
    }

    /// <summary>Closes it. What was not committed or discarded is flushed, and is there for the next attempt.</summary>
    public void Dispose()
    {
        WaitForFlush();
        _isAlone = false;
        Keep();
        lock (_gate)
        {
            FileFacts data = _journal is null ? default : SafeRoot.Stat(_file.Handle);
            Close();
            if (_journal is not null)
            {
                _kept!.Seal(_journal.Handle, data);
                _journal.Dispose();
                _journal = null;
            }

            _kept?.Dispose();
            _kept = null;
        }
    }

    private void ThrowIfFaulted()
    {
        if (_fault is { } fault)
        {
            throw new PeerShareException(fault.Error, fault.Target, fault.Detail, fault);
        }
    }

    private void ThrowIfClosed()
    {
        if (_isClosed)
        {
            ThrowIfFaulted();
            throw new PeerShareException(PeerError.TransferStopped);
        }
    }

    /// <summary>Closes the file once no write is under way; none begins after it.</summary>
    private void Close()
    {
        _writing.EnterWriteLock();
        try
        {
            _isClosed = true;
            _file.Dispose();
        }
        finally
        {
            _writing.ExitWriteLock();
        }
    }

    /// <summary>Deletes what was kept; what has got its name is not among it.</summary>
    private void Remove()
    {
        Close();
        if (_journal is not null)
        {
            _kept!.Delete(Key.Name);
            _journal.Dispose();
            _journal = null;
        }

        _kept?.Dispose();
        _kept = null;
    }
}
