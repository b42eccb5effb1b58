using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Tests.Trust;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>D1: an offer of a few bytes does not cost a whole read of the inbox for each of its names.</summary>
public sealed class ExistingContentsTests : IDisposable
{
    private readonly TempFolder _temp = new();
    private readonly CountingIndex _index = new();

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task A_file_is_read_once_for_all_names_of_an_offer()
    {
        byte[] content = new byte[100_000];
        File.WriteAllBytes(_temp["a.bin"], content);
        using SafeRoot inbox = SafeRoot.Open(_temp.Path);
        ExistingContents existing = new(inbox, _index, new SlowWork(1, 1), TrustFixture.Node(1));

        for (int i = 0; i < 40; i++)
        {
            Assert.Equal(Blake3Hasher.Hash(content), await existing.HashOfAsync(["a.bin"], TestNode.Patience));
        }

        Assert.Equal(1, _index.Read);
        Assert.Null(await existing.HashOfAsync(["gone.bin"], TestNode.Patience));
        Assert.Null(await existing.HashOfAsync(["a.bin", "below"], TestNode.Patience));
    }

    [Fact]
    public async Task A_file_that_changes_is_read_again()
    {
        File.WriteAllBytes(_temp["a.bin"], new byte[100_000]);
        using SafeRoot inbox = SafeRoot.Open(_temp.Path);
        ExistingContents existing = new(inbox, _index, new SlowWork(1, 1), TrustFixture.Node(1));
        ContentHash? before = await existing.HashOfAsync(["a.bin"], TestNode.Patience);

        File.WriteAllBytes(_temp["a.bin"], new byte[100_001]);

        Assert.NotEqual(before, await existing.HashOfAsync(["a.bin"], TestNode.Patience));
    }

    [Fact]
    public void Names_of_open_offers_are_bounded_for_a_peer_and_given_back()
    {
        using SafeRoot inbox = SafeRoot.Open(_temp.Path);
        InboxUsage usage = new();
        PSPeerShare.Core.Node.InboxLimits limits = new();
        const int NameBytes = Limits.PathBytes;
        for (int i = 0; i < Limits.OpenPushNameBytes / NameBytes; i++)
        {
            Assert.Null(usage.TryTake(inbox, "peer", new InboxItem(0, NameBytes), limits));
        }

        Assert.NotNull(usage.TryTake(inbox, "peer", new InboxItem(0, NameBytes), limits));
        usage.End(inbox, new InboxItem(0, NameBytes), hasArrived: false);
        Assert.Null(usage.TryTake(inbox, "peer", new InboxItem(0, NameBytes), limits));
    }

    /// <summary>Knows nothing, as of files that are too young to be kept.</summary>
    private sealed class CountingIndex : IContentIndex
    {
        public int Read { get; private set; }

        public bool TryGet(FileFacts facts, out ContentHash root)
        {
            root = default;
            return false;
        }

        public Outboard? TreeOf(ContentHash root, long length) => null;

        public void Remember(FileFacts facts, DateTimeOffset readFrom, ContentHash root, Outboard? tree = null) => Read++;

        public void RememberWritten(FileFacts facts, ContentHash root, Outboard? tree, string localPath)
        {
        }

        public IReadOnlyList<WirePath> SharePathsOf(ContentHash root, long? length) => [];

        public IReadOnlyList<string> LocalPathsOf(ContentHash root, long length) => [];
    }
}
