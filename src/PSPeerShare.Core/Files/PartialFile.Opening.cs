using System.Buffers;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Files;

internal sealed partial class PartialFile
{
    private static PartialFile? GoOn(SafeRoot root, PartialKey key, TimeSpan flushAfter)
    {
        KeptFolder? kept = root.OpenKept(create: false);
        SafeFileHandle? handle = kept?.OpenJournal(key.Name);
        if (kept is null || handle is null)
        {
            kept?.Dispose();
            return null;
        }

        StagedFile? data = null;
        try
        {
            PartialJournal? journal = PartialJournal.Read(handle, out PartialKey? left, out string bootId, out GroupHashes? hashes);
            data = journal is not null && key.Continues(left!) ? kept.OpenData(key.Name) : null;
            if (data is not null)
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
        kept.Delete(key.Name);
        handle.Dispose();
        kept.Dispose();
        return null;
    }

    // In another boot what was only in memory may be lost, and only the flushed groups are what they were.
    private static bool IsSealed(SafeFileHandle data, SafeFileHandle journal, string bootId) =>
        bootId.Length > 0 && bootId == BootSession.Id && KeptFolder.IsSealed(SafeRoot.Stat(journal), SafeRoot.Stat(data));

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
