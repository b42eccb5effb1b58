using Google.Protobuf;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Answers who-has: one name for each content that the peer may see and read. What it may not is not had; the answer
/// does not tell the two apart.
/// </summary>
/// <remarks>
/// What is known is answered at once. Files of a length that the request names are read and hashed when they have no
/// hash yet, up to a bound, until the asker gives up.
/// </remarks>
internal sealed class WhoHasResponder(GrantedCatalog catalog, WorkBounds bounds, EventLog log)
{
    public async Task AnswerAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        NodeId peer = stream.Connection.RemoteId;
        Dictionary<ContentHash, long> wanted = Read(opening.Parse(WhoHasRequest.Parser));
        using CatalogView view = catalog.For(peer, PeerRights.Browse | PeerRights.Read);
        foreach ((ContentHash hash, long length) in wanted)
        {
            if (view.Holding(hash, length).FirstOrDefault() is { } entry)
            {
                wanted.Remove(hash);
                await SendAsync(stream, view, entry, cancellationToken);
            }
        }

        if (wanted.Count > 0)
        {
            await LookAsync(stream, view, wanted, cancellationToken);
        }

        await stream.FinishAsync(cancellationToken);
        log.RequestServed(peer, "WhoHas", path: null);
    }

    private async Task LookAsync(
        PeerStream stream, CatalogView view, Dictionary<ContentHash, long> wanted, CancellationToken cancellationToken)
    {
        NodeId peer = stream.Connection.RemoteId;
        long mayRead = Limits.WhoHasReadBytes;
        HashSet<long> lengths = [.. wanted.Values];
        using SlicedWalk walk = new(bounds.Walking, peer, view.List(null, recurse: true), entry => !entry.IsFolder && lengths.Contains(entry.Length));
        while (!walk.IsOver && wanted.Count > 0)
        {
            foreach (CatalogEntry entry in await walk.NextAsync(cancellationToken))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (entry.Length > mayRead || !wanted.ContainsValue(entry.Length))
                {
                    continue;
                }

                mayRead -= entry.Length;
                if (await bounds.Hashing.RunAsync(peer, () => TryRead(view, entry.Name, cancellationToken), cancellationToken) is { } read
                    && wanted.TryGetValue(read.Hash!.Value, out long length) && length == read.Length)
                {
                    wanted.Remove(read.Hash.Value);
                    await SendAsync(stream, view, read, cancellationToken);
                }
            }
        }
    }

    private static Dictionary<ContentHash, long> Read(WhoHasRequest request)
    {
        if (request.Hashes.Count > Limits.WhoHasHashes
            || request.Lengths.Count != request.Hashes.Count
            || request.Hashes.Any(hash => hash.Length != ContentHash.SizeInBytes))
        {
            throw new PeerShareException(PeerError.ProtocolViolation, detail: "a who-has that cannot be answered");
        }

        Dictionary<ContentHash, long> wanted = [];
        for (int i = 0; i < request.Hashes.Count; i++)
        {
            wanted[ContentHash.FromBytes(request.Hashes[i].Span)] = request.Lengths[i];
        }

        return wanted;
    }

    private static CatalogEntry? TryRead(CatalogView view, WirePath name, CancellationToken cancellationToken)
    {
        try
        {
            return view.Prove(name, cancellationToken).Entry;
        }
        catch (PeerShareException)
        {
            return null;
        }
    }

    // The permission may have ended while files were read.
    private static async ValueTask SendAsync(PeerStream stream, CatalogView view, CatalogEntry entry, CancellationToken cancellationToken)
    {
        if (view.IsVisible(entry.Name))
        {
            WhoHasAnswer answer = new()
            {
                Hash = ByteString.CopyFrom(entry.Hash!.Value.ToArray()),
                Name = entry.Name.ToWire(),
                Length = entry.Length,
            };
            await stream.SendAsync(FrameType.WhoHasAnswer, answer, cancellationToken: cancellationToken);
        }
    }
}
