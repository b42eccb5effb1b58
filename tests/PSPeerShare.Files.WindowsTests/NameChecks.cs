using PSPeerShare.Core;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Files.WindowsTests;

internal sealed class NameChecks : Check
{
    public void Windows_folds_case_and_refuses_its_impossible_names()
    {
        using SafeRoot root = OpenRoot();
        BatchNames names = new(root);

        names.Claim(["Index.html"]);
        Fails(PeerError.NameCollision, () => names.Claim(["index.HTML"]));
        names.Claim(["Folder", "a"]);
        Fails(PeerError.NameCollision, () => names.Claim(["folder", "b"]));
        Fails(PeerError.NameRefused, () => names.Claim(["log-2026-11-22T18:50"]));
        Fails(PeerError.NameRefused, () => names.Claim(["x", "COM\u00B9.txt"]));
    }

    public void A_reparse_point_is_a_link_and_neither_folder_nor_file()
    {
        WindowsStat junction = new((uint)(FileAttributes.ReparsePoint | FileAttributes.Directory), 0, 0, 0, 0, 0);
        WindowsStat link = new((uint)(FileAttributes.ReparsePoint | FileAttributes.Archive), 0, 0, 0, 0, 0);

        True(junction is { IsLink: true, IsFolder: false, IsRegular: false }, "a junction");
        True(link is { IsLink: true, IsFolder: false, IsRegular: false }, "a link");
    }

    public void The_file_system_agrees_that_case_folds()
    {
        MakeFile("x", "Index.html");

        True(File.Exists(At("INDEX.HTML")), "this volume keeps case apart");
    }
}
