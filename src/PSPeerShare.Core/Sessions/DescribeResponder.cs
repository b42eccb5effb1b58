using Google.Protobuf;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Answers describe: size, time and, when asked for, the content's hash of each named file, in the order of the
/// request. Knowing a hash is knowing the content, so it takes the right to read.
/// </summary>
internal sealed class DescribeResponder(GrantedCatalog catalog)
{
    public async Task DescribeAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        using CatalogView view = catalog.For(stream.Connection.RemoteId, PeerRights.Read);
        DescribeRequest request = opening.Parse(DescribeRequest.Parser);
        foreach (FetchItem item in request.Items)
        {
            await AnswerAsync(stream, view, item, request.WantRoot, cancellationToken);
        }

        await stream.FinishAsync(cancellationToken);
    }

    private static async Task AnswerAsync(
        PeerStream stream, CatalogView view, FetchItem item, bool wantRoot, CancellationToken cancellationToken)
    {
        IMessage answer;
        FrameType type = FrameType.Description;
        try
        {
            answer = Describe(view, item, wantRoot, cancellationToken);
        }
        catch (PeerShareException e)
        {
            type = FrameType.ItemError;
            answer = new ItemError { Index = item.Index, Code = (uint)WireFaults.ToWire(e.Error) };
        }

        await stream.SendAsync(type, answer, cancellationToken: cancellationToken);
    }

    private static Description Describe(CatalogView view, FetchItem item, bool wantRoot, CancellationToken cancellationToken)
    {
        if (!WirePath.TryFromWire(item.Name, out WirePath? name, out _))
        {
            throw new PeerShareException(PeerError.FileNotFound);
        }

        CatalogEntry entry = view.Describe(name, wantRoot, cancellationToken);
        if (!view.IsVisible(name))
        {
            // Withdrawn while it was hashed.
            throw new PeerShareException(PeerError.FileNotFound);
        }

        return new Description
        {
            Index = item.Index,
            Length = entry.Length,
            ModifiedUnixNs = entry.ModifiedUnixNs,
            Root = entry.Hash is { } hash ? ByteString.CopyFrom(hash.ToArray()) : ByteString.Empty,
        };
    }
}
