using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Hosting;

// What is offered: all that can be read now. What cannot is told before anybody waits for it, and keeps nothing else back.
internal sealed partial class HandOver
{
    private void Offer(string path)
    {
        int before = _leftOut.Count;
        int files = _files.Count;
        ShareInfo? share = null;
        try
        {
            // Nobody of the peer book may see it for standing there.
            share = ShareRegistry.Describe(
                new ShareOptions { Path = path, Name = FreeName(path), Peers = [] }, isPersistent: false, isTyped: false);
            _registry.Add(share);
            foreach (LocalFile file in LocalFile.Below(path, recurse: true, _leftOut.Add))
            {
                Offer(share, file);
            }
        }
        catch (PeerShareException e)
        {
            _leftOut.Add(AboutPath(e, path));
        }

        if (share is not null && _files.Count == files && _leftOut.Count > before)
        {
            _registry.Remove(share.Name);
        }
    }

    // To whoever names files to hand over it is no share that fails.
    private static PeerShareException AboutPath(PeerShareException e, string path) => e.Error switch
    {
        PeerError.SharePathNotFound => new PeerShareException(PeerError.PathNotFound, path, e.Detail, e),
        PeerError.ShareNameInvalid => new PeerShareException(PeerError.NameRefused, path, e.Detail, e),
        _ => e,
    };

    private void Offer(ShareInfo share, LocalFile file)
    {
        string[] segments = share.IsSingleFile ? [share.Name] : [share.Name, .. file.RelativeName.Split('/').Skip(1)];
        if (WirePath.TryCreate(segments, out WirePath? name, out _))
        {
            _files.Add((file, name));
            _names.Add(name);
        }
    }

    private string FreeName(string path)
    {
        string name = LocalPath.NameOf(path);
        string free = name;
        for (int number = 2; _registry.All.Any(share => string.Equals(share.Info.Name, free, StringComparison.OrdinalIgnoreCase)); number++)
        {
            free = LocalNames.FreeName(name, number);
        }

        return free;
    }
}
