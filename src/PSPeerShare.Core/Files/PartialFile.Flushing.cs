using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Files;

internal sealed partial class PartialFile
{
    private Task _flush = Task.CompletedTask;
    private long _lastFlush;
    private int _withdrawals;
    private bool _isAlone;

    /// <summary>Puts all groups that are claimed now on stable storage and notes them in the journal.</summary>
    /// <exception cref="PeerShareException">The flush failed: nothing is left of the file (R3).</exception>
    public void Flush()
    {
        WaitForFlush();
        Keep();
        ThrowIfFaulted();
    }

    private void WaitForFlush()
    {
        Task running;
        lock (_gate)
        {
            running = _flush;
        }

        running.Wait();
    }

    /// <summary>Under the lock: begins a flush beside the writers when one is due and none runs.</summary>
    private void FlushWhenDue()
    {
        if (_flush.IsCompleted && !_isClosed && !_isAlone && Environment.TickCount64 - _lastFlush >= _flushAfter.TotalMilliseconds)
        {
            _flush = Task.Run(Keep);
        }
    }

    /// <summary>Flushes the data, then claims what was there before the flush began. One at a time.</summary>
    private void Keep()
    {
        (long Group, ContentHash Hash)[] claims;
        int withdrawals;
        lock (_gate)
        {
            if (_isClosed || _isAlone || _unflushed.Count == 0)
            {
                return;
            }

            claims = [.. _unflushed];
            withdrawals = _withdrawals;
        }

        try
        {
            _file.Settle();
        }
        catch (Exception e) when (e is PeerShareException or ObjectDisposedException)
        {
            // No room to make it longer, say: nothing new is claimed, and what the journal says is still true.
            return;
        }

        try
        {
            _file.Sync();
        }
        catch (PeerShareException e)
        {
            Distrust(e);
            return;
        }
        catch (ObjectDisposedException)
        {
            // Committed or discarded meanwhile.
            return;
        }

        lock (_gate)
        {
            _lastFlush = Environment.TickCount64;
            if (!_isClosed && withdrawals == _withdrawals)
            {
                Note(claims);
            }
        }
    }

    private void Note((long Group, ContentHash Hash)[] claims)
    {
        try
        {
            if (_journal is null && !TryBeginJournal())
            {
                // Somebody else keeps this target's partial file; one more attempt is made at the end.
                _isAlone = true;
                return;
            }

            _journal!.Claim(claims);
            HashSet<long> done = [.. claims.Select(c => c.Group)];
            _unflushed.RemoveAll(u => done.Contains(u.Group));
        }
        catch (Exception e) when (e is IOException or PeerShareException)
        {
            // No room for it, say. What it says is still true; the next flush tries again.
        }
    }

    /// <summary>Under the lock: the journal without what was withdrawn, before other bytes are written there.</summary>
    private void RewriteJournal()
    {
        if (_journal is null)
        {
            return;
        }

        try
        {
            HashSet<long> unflushed = [.. _unflushed.Select(u => u.Group)];
            _journal = PartialJournal.Begin(_journal.Handle, Key, BootSession.Id);
            _journal.Claim([.. Claims(_hashes).Where(c => !unflushed.Contains(c.Group))]);
        }
        catch (IOException e)
        {
            Distrust(new PeerShareException(PeerError.DestinationNotWritable, _root.LocalPath, e.Message, e));
        }
    }

    private static IEnumerable<(long Group, ContentHash Hash)> Claims(GroupHashes hashes) =>
        hashes.Groups().Select(g => (g, hashes.TryGet(g, out ContentHash hash) ? hash : default));

    private bool TryBeginJournal()
    {
        KeptFolder? kept = _root.OpenKept(create: true);
        if (kept?.CreateJournal(Key.Name) is not { } handle)
        {
            kept?.Dispose();
            return false;
        }

        try
        {
            PartialJournal journal = PartialJournal.Begin(handle, Key, BootSession.Id);
            if (kept.TryKeep(_file, Key.Name))
            {
                (_kept, _journal) = (kept, journal);
                return true;
            }
        }
        catch (IOException)
        {
            // As if it could not be kept.
        }

        kept.Delete(Key.Name);
        handle.Dispose();
        kept.Dispose();
        return false;
    }

    /// <summary>After a failed flush the system may have dropped any of the pages and say no more about it.</summary>
    private void Distrust(PeerShareException failure)
    {
        lock (_gate)
        {
            _fault = failure;
            Remove();
        }
    }

    /// <summary>Makes the journal's times later than those of the data that was just written.</summary>
    private void Seal()
    {
        PartialJournal? journal = _journal;
        KeptFolder? kept = _kept;
        if (journal is null || kept is null)
        {
            return;
        }

        lock (_gate)
        {
            if (_journal is not null)
            {
                _kept!.Touch(_journal.Handle);
            }
        }
    }
}
