using CsCheck;
using PSPeerShare.Core.Catalog.Announced;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Tests.Sessions;

/// <summary>Whatever is announced, its batches fit their frames and say the same names.</summary>
public sealed class CatalogBatchesTests
{
    private static readonly Gen<WirePath> s_names = Gen.Select(Gen.Int[0, 3].Array[1, 20], Gen.Int[1, 200]).Select((folders, length) =>
        WirePath.TryCreate([.. folders.Select(folder => new string((char)('a' + folder), length))], out WirePath? name, out _) ? name : throw new InvalidOperationException());

    [Fact]
    public void Names_come_back_as_they_were_and_no_batch_is_too_large() => s_names.Array[0, 300].Sample(
        names =>
        {
            Queue<AnnouncedItem> items = new(names.Select(name => new AnnouncedItem(name, AnnouncedKind.File)));
            List<string> heard = [];
            while (items.Count > 0)
            {
                CatalogBatch batch = new();
                batch.Items.AddRange(CatalogBatches.Pack(items));
                Assert.NotEmpty(batch.Items);
                Assert.InRange(batch.CalculateSize(), 0, Limits.ControlPayloadBytes - 64);
                List<string> segments = [];
                long bytes = 0;
                foreach (CatalogItem item in batch.Items)
                {
                    segments.RemoveRange((int)item.Kept, segments.Count - (int)item.Kept);
                    segments.AddRange(item.Segments.Select(segment => segment.ToStringUtf8()));
                    heard.Add(string.Join('/', segments));
                    bytes += segments.Sum(segment => segment.Length);
                }

                Assert.InRange(bytes, 0, Limits.CatalogBatchNameBytes);
            }

            Assert.Equal(names.Select(name => name.ToString()), heard);
        },
        iter: 300);
}
