using System.Buffers;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Files;

internal sealed partial class PartialFile
{
    /// <summary>
    /// What an earlier attempt has left of a target, whatever state of the source it is of: its key says which. Null
    /// when there is nothing, it is in use, or it is of another source and not known to be the same content.
    /// </summary>
    public static PartialFile? TryFind(
        SafeRoot root, IReadOnlyList<string> target, string source, ContentHash? content, TimeSpan? flushAfter = null) =>
        GoOn(
            root,
            new PartialKey(target, source, 0, 0, content),
            left => left.Target.SequenceEqual(target) && (content is not null && left.Root is not null
                ? left.Root == content
                : left.Source == source) ? left with { Root = left.Root ?? content } : null,
            isFinder: true,
            flushAfter ?? FlushAfter);

    /// <summary>Begins a file anew, and removes what an earlier attempt has left of its target.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.DestinationFull"/> or
    /// <see cref="PeerError.DestinationNotWritable"/>.</exception>
    public static PartialFile Begin(SafeRoot root, PartialKey key, TimeSpan? flushAfter = null)
    {
        _ = GoOn(root, key, _ => null, isFinder: false, flushAfter ?? FlushAfter);
        return New(root, key, flushAfter ?? FlushAfter);
    }

    private static PartialFile New(SafeRoot root, PartialKey key, TimeSpan flushAfter) =>
        new(root, key, root.Stage(key.Length), new GroupHashes(new GroupLayout(key.Length)), flushAfter);

    /// <param name="root">The root.</param>
    /// <param name="wanted">Says the name.</param>
    /// <param name="accept">The key to go on under, or null for something else.</param>
    /// <param name="isFinder">Whether something else is left as it is; otherwise it is removed.</param>
    /// <param name="flushAfter">See <see cref="FlushAfter"/>.</param>
    private static PartialFile? GoOn(
        SafeRoot root, PartialKey wanted, Func<PartialKey, PartialKey?> accept, bool isFinder, TimeSpan flushAfter)
    {
        string name = wanted.Name;
        KeptFolder? kept = root.OpenKept(create: false);
        SafeFileHandle? handle = kept?.OpenJournal(name);
        if (kept is null || handle is null)
        {
            kept?.Dispose();
            return null;
        }

        StagedFile? data = null;
        bool isOther = false;
        try
        {
            PartialJournal? journal = PartialJournal.Read(handle, out PartialKey? left, out string bootId, out GroupHashes? hashes);
            PartialKey? key = journal is null ? null : accept(left!);
            isOther = journal is not null && key is null;
            data = key is null ? null : kept.OpenData(name);
            if (key is not null && data is not null)
            {
                bool isSealed = IsSealed(data.Handle, handle, bootId);
                if (!isSealed)
                {
                    Verify(data.Handle, hashes!);
                }

                // A name may have become known by its content, or a torn end must not stand before what follows.
                if (!isSealed || journal!.IsTorn || left!.Root != key.Root)
                {
                    journal = PartialJournal.Begin(handle, key, BootSession.Id);
                    journal.Claim([.. Claims(hashes!)]);
                }

                return new PartialFile(root, key, data, hashes!, flushAfter) { _kept = kept, _journal = journal };
            }
        }
        catch (IOException)
        {
            // It cannot be read: as good as none.
        }

        data?.Dispose();
        if (!isOther || !isFinder)
        {
            kept.Delete(name);
        }

        handle.Dispose();
        kept.Dispose();
        return null;
    }

    // In another boot what was only in memory may be lost, and only the flushed groups are what they were.
    private static bool IsSealed(SafeFileHandle data, SafeFileHandle journal, string bootId) =>
        bootId.Length > 0 && bootId == BootSession.Id && KeptFolder.IsSealed(SafeRoot.Stat(journal), SafeRoot.Stat(data), DateTimeOffset.UtcNow);

    /// <summary>Takes away the groups whose bytes are not what the journal says.</summary>
    private static void Verify(SafeFileHandle data, GroupHashes hashes)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(GroupLayout.MostBytes);
        try
        {
            foreach (long group in hashes.Groups().ToArray())
            {
                if (!hashes.IsHeldBy(data, group, buffer))
                {
                    hashes.Remove(group);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
