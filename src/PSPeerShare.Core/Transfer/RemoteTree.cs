using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

/// <summary>Asks a peer for the hashes of a file's groups, and takes only those that match the root it states.</summary>
internal static class RemoteTree
{
    // The peer may have to read the file first; a disk slower than this is broken.
    private const double SlowestHashBytesPerSecond = 8 << 20;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>The tree of the file as it is now, and its modification time.</summary>
    /// <param name="session">The peer.</param>
    /// <param name="name">The file.</param>
    /// <param name="length">Its length; for another one the file counts as changed.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="PeerShareException">What the peer says, <see cref="PeerError.FileChanged"/>, or
    /// <see cref="PeerError.ContentMismatch"/> for hashes that do not give the root.</exception>
    public static async Task<(Outboard Tree, long ModifiedUnixNs)> AskAsync(
        PeerSession session, WirePath name, long length, CancellationToken cancellationToken)
    {
        DescribeRequest request = new() { WantRoot = true, WantOutboard = true };
        request.Items.Add(new FetchItem { Name = name.ToWire() });
        await using PeerStream stream = session.Open(FrameType.Describe, request);
        TimeSpan patience = Patience + TimeSpan.FromSeconds(length / SlowestHashBytesPerSecond);
        Description description;
        using (InboundFrame frame = await NextAsync(patience))
        {
            description = frame.Type switch
            {
                FrameType.Description => frame.Parse(Description.Parser),
                FrameType.ItemError when frame.Parse(ItemError.Parser) is { } e =>
                    throw WireFaults.ToException((WireError)e.Code, name.ToPrintable(), e.Detail),
                _ => throw session.Violation($"{frame.Type} among descriptions"),
            };
        }

        if (description.Length != length)
        {
            throw new PeerShareException(PeerError.FileChanged, name.ToPrintable());
        }

        long size = Outboard.SizeFor(length);
        if (size > Limits.OutboardBytes || (size > 0 && description.GroupBytes == 0))
        {
            throw new PeerShareException(PeerError.RequestRefused, session.PeerName, "no proof is offered");
        }

        byte[] hashes = new byte[size];
        for (int filled = 0; filled < hashes.Length;)
        {
            using InboundFrame frame = await NextAsync(Patience);
            if (frame.Type != FrameType.Data || frame.Payload.Length > hashes.Length - filled)
            {
                throw session.Violation("a tree of another length");
            }

            frame.Payload.Span.CopyTo(hashes.AsSpan(filled));
            filled += frame.Payload.Length;
        }

        return description.Root.Length == ContentHash.SizeInBytes
            && Outboard.TryVerify(ContentHash.FromBytes(description.Root.Span), length, hashes, out Outboard? tree)
                ? (tree, description.ModifiedUnixNs)
                : throw new PeerShareException(PeerError.ContentMismatch, name.ToPrintable(), "the tree does not match its root");

        async ValueTask<InboundFrame> NextAsync(TimeSpan silence) =>
            await session.ReceiveAsync(stream, null, silence, cancellationToken) ?? throw session.Violation("a description is missing");
    }
}
