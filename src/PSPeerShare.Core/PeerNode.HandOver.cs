using System.Net;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core;

// Files for whoever types a code; nobody gets into a peer book.
public sealed partial class PeerNode
{
    /// <summary>Offers files, and folders with everything below them, to whoever types the code.</summary>
    /// <param name="paths">Full local paths.</param>
    /// <param name="port">The TCP port to listen on; 0 is any free one.</param>
    /// <param name="addresses">The addresses to listen on; none is all of them.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.SharePathNotFound"/>, <see cref="PeerError.PortInUse"/>,
    /// <see cref="PeerError.ListenAddressInvalid"/>.</exception>
    public PeerNodeHandOver OfferFiles(IReadOnlyList<string> paths, int port, IReadOnlyList<IPAddress> addresses) =>
        new(_services.HandOver(paths, port, addresses));

    /// <summary>Proves a code to the node that shows it and lists what it hands over.</summary>
    /// <param name="code">The code, as it was typed.</param>
    /// <param name="addresses">Where the node listens.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerShareException">Any of pairing's and connecting's errors.</exception>
    public async Task<IReadOnlyList<RemoteFile>> ReceiveAsync(
        string code, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        PairingCode parsed = PairingCode.Parse(code);
        string[] normal = [.. addresses.Select(address => PeerAddress.Parse(address).ToString())];
        PairingRequest request = new(
            _services.Identity.Id, _services.DialAnyoneAsync, _services.Introduce, PairingPurpose.HandOver, PairingSteps.HandOverCapability);
        PairedNode sender = await request.RunAsync(parsed, normal, cancellationToken);
        _services.KeepHost(sender.NodeId);
        PeerTarget target = new(sender.NodeId.ShortId, sender.NodeId, [sender.Address]);
        List<RemoteFile> files = [];
        await foreach (SearchResult found in new FileSearch(_services.Sessions).FindAsync(new FindOptions(), [target], cancellationToken))
        {
            files.Add((found.File ?? throw found.Failure!) with { Addresses = target.Addresses });
        }

        return files;
    }

    /// <summary>Tells the sender that everything is here, which ends its waiting. Without it the sender counts nothing as delivered.</summary>
    public void ConfirmReceived(NodeId sender) =>
        _services.Sessions.Close(node => node == sender, CloseReason.Normal, Hosting.HandOver.Received);
}
