using Google.Protobuf;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Sessions;

/// <summary>
/// Answers describe: size, time and, when asked for, the content's hash of each named file and the tree that proves its
/// groups, in the order of the request. Knowing a hash is knowing the content, so it takes the right to read.
/// </summary>
internal sealed class DescribeResponder(GrantedCatalog catalog, WorkBounds bounds)
{
    private const int OutboardFrameBytes = 256 * 1024;

    /// <summary>Told a file's hash before the other side is.</summary>
    public Action<WirePath, ContentHash?>? Told { get; init; }

    /// <summary>Told the files of which the other side hears that it cannot have them, before it does.</summary>
    public Action<WirePath>? Refused { get; init; }

    public async Task DescribeAsync(PeerStream stream, InboundFrame opening, CancellationToken cancellationToken)
    {
        using CatalogView view = catalog.For(stream.Connection.RemoteId, PeerRights.Read);
        DescribeRequest request = opening.Parse(DescribeRequest.Parser);
        foreach (FetchItem item in request.Items)
        {
            await AnswerAsync(stream, view, item, request, cancellationToken);
        }

        await stream.FinishAsync(cancellationToken);
    }

    private async Task AnswerAsync(
        PeerStream stream, CatalogView view, FetchItem item, DescribeRequest request, CancellationToken cancellationToken)
    {
        IMessage answer;
        ReadOnlyMemory<byte> outboard = default;
        FrameType type = FrameType.Description;
        try
        {
            bool isQuick = !request.WantOutboard && (!request.WantRoot || view.IsHashQuick(NameOf(item)));
            (answer, outboard) = isQuick
                ? Describe(view, item, request, cancellationToken)
                : await bounds.Hashing.RunAsync(
                    stream.Connection.RemoteId, () => Describe(view, item, request, cancellationToken), cancellationToken);
        }
        catch (PeerShareException e)
        {
            if (WirePath.TryFromWire(item.Name, out WirePath? name, out _))
            {
                Refused?.Invoke(name);
            }

            type = FrameType.ItemError;
            answer = new ItemError { Index = item.Index, Code = (uint)WireFaults.ToWire(e.Error) };
        }

        await stream.SendAsync(type, answer, cancellationToken: cancellationToken);
        for (int offset = 0; offset < outboard.Length; offset += OutboardFrameBytes)
        {
            PooledBuffer buffer = PooledBuffer.Rent(Math.Min(OutboardFrameBytes, outboard.Length - offset));
            outboard.Span.Slice(offset, buffer.Length).CopyTo(buffer.Span);
            await stream.SendDataAsync(buffer, cancellationToken: cancellationToken);
        }
    }

    private (Description Answer, ReadOnlyMemory<byte> Outboard) Describe(
        CatalogView view, FetchItem item, DescribeRequest request, CancellationToken cancellationToken)
    {
        if (!request.WantOutboard)
        {
            return (ToMessage(view, item, view.Describe(NameOf(item), request.WantRoot, cancellationToken)), default);
        }

        (CatalogEntry entry, Outboard tree) = view.Prove(NameOf(item), cancellationToken);
        bool isOffered = tree.Bytes.Length <= Limits.OutboardBytes;
        Description description = ToMessage(view, item, entry);
        description.GroupBytes = isOffered ? tree.Layout.GroupBytes : 0;
        return (description, isOffered ? tree.Bytes : default);
    }

    private static WirePath NameOf(FetchItem item) => WirePath.TryFromWire(item.Name, out WirePath? name, out _)
        ? name
        : throw new PeerShareException(PeerError.FileNotFound);

    private Description ToMessage(CatalogView view, FetchItem item, CatalogEntry entry)
    {
        if (!view.IsVisible(entry.Name))
        {
            // Withdrawn while it was hashed.
            throw new PeerShareException(PeerError.FileNotFound);
        }

        if (entry.Hash is not null)
        {
            Told?.Invoke(entry.Name, entry.Hash);
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
