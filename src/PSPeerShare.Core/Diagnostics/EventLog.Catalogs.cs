namespace PSPeerShare.Core.Diagnostics;

internal sealed partial class EventLog
{
    // 7000: what peers announce
    public void CatalogReceived(object peer, long files) =>
        Write(PeerLogLevel.Information, 7000, nameof(CatalogReceived), "The catalog of {Peer} is stored: {Files} files",
            ("Peer", peer), ("Files", files));

    public void CatalogRefused(object peer, string why) =>
        Write(PeerLogLevel.Warning, 7001, nameof(CatalogRefused), "What {Peer} announces is not taken, and what is stored of it stays: {Why}",
            ("Peer", peer), ("Why", why));

    public void CatalogForgotten(object peer, string why) =>
        Write(PeerLogLevel.Information, 7002, nameof(CatalogForgotten), "The catalog of {Peer} is forgotten: {Why}",
            ("Peer", peer), ("Why", why));
}
