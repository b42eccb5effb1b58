using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transfer;

// A file has another length than when it was listed. The peer took it for the length that it was offered with.
internal sealed partial class PushStream
{
    private async Task OfferAgainAsync(uint index, PushEntry entry, FileFacts facts, CancellationToken cancellationToken)
    {
        if (entry.IsOfferedAgain)
        {
            // It does not hold still.
            throw new PeerShareException(PeerError.PathNotReadable, entry.File.FullPath, "its length keeps changing");
        }

        PushEntry again = entry with { File = entry.File with { Length = facts.Length }, IsOfferedAgain = true };
        again.Reset();
        await _sender.SendErrorAsync(index, PeerError.FileChanged, cancellationToken);
        PushItem item;
        lock (_open)
        {
            // The one takes the other's place, so that there is no moment in which all seem to be answered.
            if (!_open.ContainsKey(index))
            {
                return;
            }

            item = NewItem(again);
            _open.Remove(index);
        }

        await _stream.SendAsync(FrameType.PushOffer, new PushOffer { Items = { item } }, cancellationToken: cancellationToken);
    }
}
