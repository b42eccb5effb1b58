using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core;

// Codes that one person reads to another.
public sealed partial class PeerNode
{
    /// <summary>
    /// Shows a code of the running node, good for ten minutes and one attempt; the one before it ends. Only rights, share
    /// and path of the options count.
    /// </summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.ServerNotRunning"/>, <see cref="PeerError.ServerNotAnswering"/>,
    /// <see cref="PeerError.ShareNameInvalid"/>.</exception>
    public async Task<TicketInfo> CreateCodeAsync(TicketOptions options, CancellationToken cancellationToken)
    {
        (string? share, string? path) = TicketBook.PlaceOf(options);
        ControlRequest open = new()
        {
            OpenCode = new ControlOpenCode { Allow = (uint)options.Allow, Share = share ?? "", Path = path ?? "" },
        };
        ControlAnswer answer = await _control.AskAsync(open, cancellationToken)
            ?? throw new PeerShareException(PeerError.ServerNotRunning, Home);
        return ToInfo(answer.CodeStatus) with { Code = answer.CodeStatus.Code };
    }

    /// <summary>
    /// What is given out: the codes of the running node, without their symbols, and all tickets that are still
    /// remembered, without their texts. Of a node that does not answer no codes are known.
    /// </summary>
    public async Task<IReadOnlyList<TicketInfo>> GetTicketsAsync(CancellationToken cancellationToken)
    {
        ControlAnswer? codes = null;
        try
        {
            codes = await _control.AskAsync(new ControlRequest { ListCodes = new ControlListCodes() }, cancellationToken);
        }
        catch (PeerShareException e) when (e.Error is PeerError.ServerNotAnswering or PeerError.RequestRefused)
        {
            // The tickets in the store can be seen, and taken back, all the same.
            _services.Log.Warning(e, "asking for the codes");
        }

        return [.. codes?.Codes.Select(ToInfo) ?? [], .. GetTickets()];
    }

    /// <summary>Trusts the node that shows a code, and is trusted by it.</summary>
    /// <param name="code">The code, as it was typed.</param>
    /// <param name="options">Name, addresses, rights and rate of the new peer.</param>
    /// <param name="cancellationToken">Gives up; the code may be used up then.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.PairingCodeInvalid"/>, <see cref="PeerError.PairingNotOpen"/>,
    /// <see cref="PeerError.PairingCodeRefused"/>, <see cref="PeerError.PairingAmbiguous"/>,
    /// <see cref="PeerError.PairingNodeNotFound"/>, <see cref="PeerError.PairingUnfinished"/>, and why it cannot be reached.</exception>
    public Task<AddedPeer> AddPeerByCodeAsync(string code, AddPeerOptions options, CancellationToken cancellationToken) =>
        AddPeerAsync(options with { Code = code, Ticket = null, NodeId = null }, cancellationToken);

    /// <summary>What this home says of itself to someone who is about to trust it: its name, and where it is reached.</summary>
    public (string Name, IReadOnlyList<string> Addresses) GetIntroduction() => _services.Introduce();

    /// <summary>Trusts a node that has been told, over another channel, to trust this one. One that is known gets the rights besides its own.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.PeerIsSelf"/>, <see cref="PeerError.PeerNameInvalid"/>.</exception>
    public async Task<AddedPeer> AddPeerMutuallyAsync(
        NodeId nodeId, string ownName, AddPeerOptions options, CancellationToken cancellationToken)
    {
        AddedPeer added = Remember(new PairedNode(nodeId, ownName, options.Addresses[0], [], options.Allow), options);
        _services.Log.PeerAdded(nodeId, added.Peer.Name, added.Peer.Allow);
        await _control.RefreshAsync(cancellationToken);
        return added;
    }

    private static TicketInfo ToInfo(CodeStatus code) => new(
        code.Id,
        Ticket: "",
        Code: null,
        code.Share.Length > 0 ? code.Share : null,
        code.Path.Length > 0 ? code.Path : null,
        (PeerRights)code.Allow,
        Uses: 1,
        UsesLeft: code.IsTaken ? 0 : 1,
        Bytes: null,
        NodeId: null,
        DateTimeOffset.FromUnixTimeMilliseconds(code.CreatedUnixMs),
        DateTimeOffset.FromUnixTimeMilliseconds(code.ExpiresUnixMs),
        code.IsTaken ? TicketState.Used : TicketState.Open) { IsCode = true };

    private async Task<AddedPeer> PairAsync(string text, AddPeerOptions options, CancellationToken cancellationToken)
    {
        PairingCode code = PairingCode.Parse(text);
        IReadOnlyList<string> addresses = await AddressesForCodeAsync(options.Addresses, _services.FindPairingNodes, cancellationToken);
        PairingRequest request = new(
            _services.Identity.Id, _services.DialAnyoneAsync, _services.Introduce, PairingPurpose.Trust, PairingSteps.TrustCapability);
        PairedNode paired = await request.RunAsync(code, addresses, cancellationToken);
        return Remember(paired, options);
    }

    private static async Task<IReadOnlyList<string>> AddressesForCodeAsync(
        IReadOnlyList<string> given,
        Func<CancellationToken, Task<IReadOnlyList<PairingCandidate>>>? find,
        CancellationToken cancellationToken)
    {
        if (given.Count > 0)
        {
            return [.. given.Select(address => PeerAddress.Parse(address).ToString())];
        }

        // A wrong node would use the code up, so there is no guessing.
        IReadOnlyList<PairingCandidate> found = find is null ? [] : await find(cancellationToken);
        return found.Count switch
        {
            1 => found[0].Addresses,
            0 => throw new PeerShareException(PeerError.PairingNodeNotFound),
            _ => throw new PeerShareException(
                PeerError.PairingAmbiguous,
                Printable.Escape(string.Join(", ", found.Select(node => $"{node.Name} at {string.Join(' ', node.Addresses.Take(1))}")), 400)),
        };
    }

    private AddedPeer Remember(PairedNode paired, AddPeerOptions options)
    {
        PeerBook book = _services.Peers;
        BookedPeer booked = book.Admit(
            paired.NodeId, options.Name ?? paired.Name, [paired.Address, .. options.Addresses, .. paired.Addresses], options.Allow);
        if (options.RateLimit is not null || (options.Name is not null && booked.Peer.Name != options.Name))
        {
            booked = book.Update(paired.NodeId, new PeerChange { Name = options.Name, RateLimit = options.RateLimit });
        }

        return new AddedPeer(booked.Peer, booked.IsRenamed ? options.Name ?? Printable.Escape(paired.Name) : null);
    }
}
