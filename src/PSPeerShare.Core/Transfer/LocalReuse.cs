using System.Buffers;
using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Transfer;

/// <summary>
/// Takes what a new file has in common with files that are here: the older version that it replaces, or the same
/// content under another name. The source's tree says which groups are equal, so nothing here has to be trusted.
/// </summary>
internal static class LocalReuse
{
    /// <summary>Whether there is something here that the file may have groups of.</summary>
    public static bool MayHelp(FetchEntry entry, FetchDestination destination) =>
        entry.File.Length >= PartialFile.FewestBytes && Candidates(entry, destination).Any();

    /// <summary>Copies the groups that are equal to the entry's partial file; whatever fails, the file is fetched.</summary>
    public static async Task TakeAsync(
        FetchEntry entry, FetchDestination destination, PeerSession session, CancellationToken cancellationToken)
    {
        try
        {
            (long modified, Outboard tree) = await session.DescribeTreeAsync(entry.Name, null, entry.File.Length, cancellationToken);
            PartialKey key = new(entry.Target, entry.Source, entry.File.Length, modified, tree.Root);
            entry.Partial = PartialFile.Open(destination.Root, key);
            foreach (string[] candidate in Candidates(entry, destination))
            {
                Copy(candidate, destination.Root, entry.Partial, tree, cancellationToken);
            }
        }
        catch (PeerShareException)
        {
            entry.Partial?.Discard();
            entry.Release();
        }
    }

    private static IEnumerable<string[]> Candidates(FetchEntry entry, FetchDestination destination)
    {
        if (entry.Mode == CommitMode.Replace && destination.Root.TryStat(entry.Target, out EntryFacts there) && !there.IsFolder)
        {
            yield return entry.Target;
        }

        if (entry.File.Hash is { } hash)
        {
            foreach (string[] other in destination.HoldersOf(hash, entry.File.Length))
            {
                yield return other;
            }
        }
    }

    private static void Copy(string[] from, SafeRoot root, PartialFile to, Outboard tree, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(tree.Layout.GroupBytes);
        try
        {
            using SafeFileHandle handle = root.OpenRead(from, out _);
            for (long group = 0; group < tree.Layout.Count; group++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Span<byte> bytes = buffer.AsSpan(0, tree.Layout.LengthOf(group));
                if (!to.Has(group) && Fill(handle, bytes, tree.Layout.OffsetOf(group)) && tree.Proves(group, bytes))
                {
                    to.Write(group, bytes, tree.HashOf(group));
                }
            }
        }
        catch (IOException)
        {
            // What cannot be read here comes from the source.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static bool Fill(SafeFileHandle handle, Span<byte> bytes, long offset)
    {
        while (!bytes.IsEmpty)
        {
            int read = RandomAccess.Read(handle, bytes, offset);
            if (read == 0)
            {
                return false;
            }

            bytes = bytes[read..];
            offset += read;
        }

        return true;
    }
}
