using PSPeerShare.Core;
using PSPeerShare.Core.Files;

namespace PSPeerShare.Files.WindowsTests;

internal sealed class WalkingChecks : Check
{
    public void A_walk_meets_every_folder_and_file_once()
    {
        string[] files = ["a.txt", "b/c.txt", "b/d/e.txt", "b/d/f/g.txt", "h/한국어.txt"];
        foreach (string file in files)
        {
            MakeFile(file, file.Split('/'));
        }

        using SafeRoot root = OpenRoot();
        EntrySkips skips = new();
        FolderEntry[] entries = [.. root.Enumerate([], recurse: true, skips)];

        EqualNames([.. files.Concat(["b", "b/d", "b/d/f", "h"]).Order(StringComparer.Ordinal)],
            entries.Select(entry => string.Join('/', entry.Segments)).Order(StringComparer.Ordinal));
        Equal(0L, skips.Total);
        True(entries.Where(e => e.Name == "g.txt").All(e => e.Length == 11 && e.ModifiedUnixNs > 0), "the facts are there");
        EqualNames(["c.txt", "d"], root.Enumerate(["b"], false, skips).Select(e => e.Name).Order(StringComparer.Ordinal));
    }

    public void A_folder_of_thousands_is_read_to_its_end()
    {
        for (int i = 0; i < 3000; i++)
        {
            MakeFile("", $"a rather long name for a file with the number {i}");
        }

        using SafeRoot root = OpenRoot();

        Equal(3000, root.Enumerate([], true, new()).Select(entry => entry.Name).Distinct().Count());
    }

    public void Links_are_counted_and_passed_over()
    {
        MakeFile("x", "plain");
        Directory.CreateDirectory(At("folder"));
        bool hasLinks = TryLink(At("link"), At("plain"), isFolder: false)
            && TryLink(At("folder-link"), At("folder"), isFolder: true);
        using SafeRoot root = OpenRoot();
        EntrySkips skips = new();

        EqualNames(["folder", "plain"], root.Enumerate([], true, skips).Select(e => e.Name).Order(StringComparer.Ordinal));
        Equal(hasLinks ? 2L : 0L, skips.Links);
    }

    public void Walking_a_missing_folder_fails_and_excluded_ones_are_not_entered()
    {
        MakeFile("x", ".git", "config");
        MakeFile("x", "readme");
        using SafeRoot root = OpenRoot();

        Fails(PeerError.FileNotFound, () => _ = root.Enumerate(["none"], true, new()).Count());
        Fails(PeerError.FileNotFound, () => _ = root.Enumerate(["readme"], true, new()).Count());
        EqualNames(["readme"], root.Enumerate([], true, new(), entry => entry.Name == ".git").Select(e => e.Name));
    }

    public void A_tree_to_send_is_walked_below_its_own_name()
    {
        MakeFile("bb", "photos", "2026", "b.jpg");
        using LocalTree tree = LocalTree.Open(At("photos") + "\\");
        LocalItem item = tree.Files(new EntrySkips()).Single();

        EqualNames(["photos", "2026", "b.jpg"], item.Segments);
        tree.OpenRead(item, out FileFacts facts).Dispose();
        Equal(2L, facts.Length);
        Fails(PeerError.PathNotFound, () => LocalTree.Open(At("none")).Dispose());
    }
}
