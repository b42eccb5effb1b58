using System.Text;
using Google.Protobuf;
using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Sessions;

/// <summary>Packs changes into batches that fit a frame; a name says only what differs from the one before it.</summary>
internal static class CatalogBatches
{
    // Half a control frame leaves room for one more name of the largest size.
    private const int FullBytes = Limits.ControlPayloadBytes / 2;

    /// <summary>The items of one batch; the rest is left in the queue.</summary>
    public static IEnumerable<CatalogItem> Pack(Queue<AnnouncedItem> items)
    {
        WirePath? before = null;
        int bytes = 0, names = 0;
        while (bytes < FullBytes && names < Limits.CatalogBatchNameBytes / 2 && items.TryDequeue(out AnnouncedItem next))
        {
            CatalogItem item = ToMessage(next, before);
            before = next.Name;
            bytes += item.CalculateSize() + 4;
            foreach (string segment in next.Name.Segments)
            {
                names += Encoding.UTF8.GetByteCount(segment);
            }

            yield return item;
        }
    }

    private static CatalogItem ToMessage(in AnnouncedItem item, WirePath? before)
    {
        int kept = before is null ? 0 : item.Name.Segments.AsSpan().CommonPrefixLength(before.Segments.AsSpan());
        CatalogItem message = new()
        {
            Kept = (uint)kept,
            Length = item.Length,
            ModifiedUnixNs = item.ModifiedUnixNs,
            Hash = item.Hash is { } hash ? ByteString.CopyFrom(hash.ToArray()) : ByteString.Empty,
            IsFolder = item.Kind == AnnouncedKind.Folder,
            Gone = item.Kind == AnnouncedKind.Gone,
        };
        foreach (string segment in item.Name.Segments.AsSpan(kept, item.Name.Count - kept))
        {
            message.Segments.Add(ByteString.CopyFromUtf8(segment));
        }

        return message;
    }
}
