using Google.Protobuf;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Sessions;

// Questions about contents. What is answered is only used after it was checked against the hash that was asked for.
internal sealed partial class PeerSession
{
    /// <summary>Whether the peer said in HELLO that it answers this.</summary>
    public bool Offers(string capability) => connection.RemoteHello.Capabilities.Contains(capability);

    /// <summary>Which of these contents the peer says it has, as it finds them.</summary>
    /// <param name="contents">Up to <see cref="Limits.WhoHasHashes"/> hashes with their lengths.</param>
    /// <param name="silence">How long it may say nothing.</param>
    /// <param name="cancellationToken">Ends the question at the peer as well.</param>
    public async IAsyncEnumerable<ContentHolder> WhoHasAsync(
        IReadOnlyDictionary<ContentHash, long> contents,
        TimeSpan silence,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        WhoHasRequest request = new();
        request.Hashes.AddRange(contents.Keys.Select(hash => ByteString.CopyFrom(hash.ToArray())));
        request.Lengths.AddRange(contents.Values);
        HashSet<ContentHash> open = [.. contents.Keys];
        await using PeerStream stream = Open(FrameType.WhoHas, request);
        while (await ReceiveAsync(stream, null, silence, cancellationToken) is { } received)
        {
            using InboundFrame frame = received;
            ContentHolder holder = Check(frame.Parse(WhoHasAnswer.Parser));
            if (!open.Remove(holder.Hash) || contents[holder.Hash] != holder.Length)
            {
                throw Violation("a content that was not asked for");
            }

            yield return holder;
        }
    }

    /// <summary>The tree of a file, verified: it is the one of its content at this length, or there is none.</summary>
    /// <param name="name">The file at the peer.</param>
    /// <param name="root">The content that it must be, and nothing else is taken; or null for what the peer says that it is.</param>
    /// <param name="length">Its length, which says how long the tree is (D1).</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="PeerShareException"><see cref="PeerError.FileChanged"/> when the peer has another content there,
    /// <see cref="PeerError.ContentMismatch"/> when its tree is a lie, or why it does not answer.</exception>
    public async Task<ProvenContent> DescribeTreeAsync(
        WirePath name, ContentHash? root, long length, CancellationToken cancellationToken)
    {
        DescribeRequest request = new() { WantRoot = true, WantOutboard = true };
        TimeSpan silence = HashingPatience.For(length);
        request.Items.Add(new FetchItem { Name = name.ToWire(), Hash = root is { } known ? ByteString.CopyFrom(known.ToArray()) : ByteString.Empty });
        await using PeerStream stream = Open(FrameType.Describe, request);
        Description description = await ReceiveDescriptionAsync(stream, name, silence, cancellationToken);
        if (description.Root.Length != ContentHash.SizeInBytes)
        {
            throw Violation("a description with an impossible hash");
        }

        ContentHash stated = ContentHash.FromBytes(description.Root.Span);
        if (description.Length != length || (root is not null && stated != root))
        {
            throw new PeerShareException(PeerError.FileChanged, name.ToPrintable(), "the peer has another content");
        }

        long size = Outboard.SizeFor(length);
        if (size > Limits.OutboardBytes || description.GroupBytes != new GroupLayout(length).GroupBytes)
        {
            throw new PeerShareException(PeerError.RequestRefused, peerName, "no proof is offered");
        }

        byte[] bytes = new byte[size];
        int filled = 0;
        while (filled < bytes.Length)
        {
            using InboundFrame frame = await ReceiveAsync(stream, null, silence, cancellationToken)
                ?? throw Violation("a proof that is too short");
            if (frame.Type != FrameType.Data || frame.Payload.Length > bytes.Length - filled)
            {
                throw Violation("a proof of the wrong length");
            }

            frame.Payload.Span.CopyTo(bytes.AsSpan(filled));
            filled += frame.Payload.Length;
        }

        return Outboard.TryVerify(stated, length, bytes, out Outboard? outboard)
            ? new ProvenContent(description.ModifiedUnixNs, outboard)
            : throw new PeerShareException(PeerError.ContentMismatch, peerName, "a proof that does not match its content");
    }

    private async Task<Description> ReceiveDescriptionAsync(
        PeerStream stream, WirePath name, TimeSpan silence, CancellationToken cancellationToken)
    {
        using InboundFrame frame = await ReceiveAsync(stream, name.ToPrintable(), silence, cancellationToken)
            ?? throw Violation("a description is missing");
        return frame.Type switch
        {
            FrameType.Description => frame.Parse(Description.Parser),
            FrameType.ItemError when frame.Parse(ItemError.Parser) is { } e =>
                throw WireFaults.ToException((WireError)e.Code, name.ToPrintable(), e.Detail),
            _ => throw Violation($"{frame.Type} among descriptions"),
        };
    }

    private ContentHolder Check(WhoHasAnswer answer)
    {
        if (answer.Hash.Length != ContentHash.SizeInBytes || answer.Length < 0)
        {
            throw Violation("an answer with an impossible length or hash");
        }

        return WirePath.TryFromWire(answer.Name, out WirePath? name, out WireNameFault fault)
            ? new ContentHolder(ContentHash.FromBytes(answer.Hash.Span), name, answer.Length)
            : throw Violation(WirePath.Explain(fault));
    }
}
