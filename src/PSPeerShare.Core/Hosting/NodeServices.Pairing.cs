using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Hosting;

// Pairing by code: who may be asked, and what a code is good for.
internal sealed partial class NodeServices
{
    /// <summary>
    /// Finds the nodes nearby that say that they wait for a code, each with all its addresses. Whoever can see the
    /// network sets it; as long as nobody does, the user has to name an address.
    /// </summary>
    public Func<CancellationToken, Task<IReadOnlyList<PairingCandidate>>>? FindPairingNodes { get; set; }

    /// <summary>Whether this node waits for a code, for those who say so on the network.</summary>
    public bool IsPairingOpen => Codes.IsOpen(PairingPurpose.Trust);

    /// <summary>Shows a code. Whoever types it on another machine is trusted by this home.</summary>
    public CodeStatus OpenCode(ControlOpenCode request)
    {
        PeerRights allow = (PeerRights)request.Allow;
        string? share = request.Share.Length > 0 ? request.Share : null;
        string? path = request.Path.Length > 0 ? request.Path : null;
        OpenCode code = Codes.Open(new PairingOffer(PairingPurpose.Trust, allow, Admit) { Share = share, Path = path });
        Log.CodeOpened(code.Id, allow, code.Expires);
        AnnouncePairing();
        CodeStatus status = Describe(code);
        status.Code = code.Code.Reveal();
        return status;

        void Admit(NodeId node, string name, IReadOnlyList<string> addresses, bool isFirst)
        {
            // Who comes again for the answer does not get back what was taken away since.
            if (isFirst || Peers.Find(node) is null)
            {
                PeerInfo peer = Peers.Admit(node, name, addresses, allow, share, path).Peer;
                Log.PeerAdded(node, peer.Name, peer.Allow);
                Serving?.Refresh();
            }
        }
    }

    /// <summary>The codes that have not ended. Their symbols were shown once, to whoever asked for them.</summary>
    public IEnumerable<CodeStatus> ListCodes() => Codes.List().Select(item =>
    {
        CodeStatus status = Describe(item.Code);
        status.IsTaken = item.IsTaken;
        return status;
    });

    /// <summary>Ends a code.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.TicketNotFound"/>.</exception>
    public void CloseCode(string id)
    {
        if (!Codes.Close(id))
        {
            throw new PeerShareException(PeerError.TicketNotFound, id);
        }

        Log.CodeClosed(id);
    }

    /// <summary>Dials a node that this one does not know; what it proves comes later.</summary>
    public Task<PeerConnection> DialAnyoneAsync(PeerAddress address, NodeId? expected, CancellationToken cancellationToken) =>
        Dialler.DialAsync(
            new DialTarget { Host = address.Host, Port = address.Port, Expected = expected, IsTrusted = static _ => true, Alpn = Alpn.Pair },
            _strangers.RouteAsync,
            cancellationToken);

    private static CodeStatus Describe(OpenCode code) => new()
    {
        Id = code.Id,
        ExpiresUnixMs = code.Expires.ToUnixTimeMilliseconds(),
        CreatedUnixMs = code.Created.ToUnixTimeMilliseconds(),
        Allow = (uint)code.Offer.Allow,
        Share = code.Offer.Share ?? "",
        Path = code.Offer.Path ?? "",
    };

    // A node that waits for nobody says nothing, so that no code is tried there.
    private Hello Welcoming(Hello hello)
    {
        if (Codes.IsAwaiting(PairingPurpose.Trust))
        {
            hello.Capabilities.Add(PairingSteps.TrustCapability);
        }

        return hello;
    }
}
