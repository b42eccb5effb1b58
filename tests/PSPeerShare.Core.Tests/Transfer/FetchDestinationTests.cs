using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Tests.Trust;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>What is there already is told without a question to the peer, where both hashes are known now.</summary>
public sealed class FetchDestinationTests : IDisposable
{
    private static readonly byte[] Content = "the same"u8.ToArray();

    private readonly TempFolder _temp = new();

    public FetchDestinationTests() => File.WriteAllBytes(_temp["a.txt"], Content);

    public void Dispose() => _temp.Dispose();

    [Theory]
    [InlineData(true, true, "Keep")]
    [InlineData(true, false, "Compare")]
    [InlineData(false, true, "Compare")]
    public void A_listed_hash_decides_when_it_was_listed_for_this(bool isOfNow, bool isKnownHere, string step)
    {
        ContentHash hash = Blake3Hasher.Hash(Content);
        using FetchDestination destination = new(Options, new KnownContent(isKnownHere ? hash : null));

        Assert.Equal(step, destination.Decide(Entry(hash, isOfNow)).ToString());
    }

    [Fact]
    public void Another_content_of_the_same_length_is_compared()
    {
        using FetchDestination destination = new(Options, new KnownContent(Blake3Hasher.Hash(Content)));

        Assert.Equal(FetchDestination.Step.Compare, destination.Decide(Entry(Blake3Hasher.Hash("another!"u8), isOfNow: true)));
    }

    private FetchOptions Options => new() { Destination = _temp.Path };

    private static FetchEntry Entry(ContentHash hash, bool isOfNow)
    {
        Assert.True(WirePath.TryCreate(["docs", "a.txt"], out WirePath? name, out _));
        RemoteFile file = new("a.txt", "docs/a.txt", "docs", Content.Length, DateTimeOffset.UnixEpoch, hash, "nas01", TrustFixture.Node(1))
        {
            IsHashOfNow = isOfNow,
        };
        TransferRecord record = new(TransferDirection.Receive, "a.txt", "docs/a.txt", "nas01", file.NodeId, file.Length);
        return new FetchEntry(file, name, ["a.txt"], record) { Source = "x" };
    }

    private sealed class KnownContent(ContentHash? known) : IContentIndex
    {
        public bool TryGet(FileFacts facts, out ContentHash root)
        {
            root = known.GetValueOrDefault();
            return known is not null;
        }

        public Outboard? TreeOf(ContentHash root, long length) => null;

        public void Remember(FileFacts facts, DateTimeOffset readFrom, ContentHash root, Outboard? tree = null)
        {
        }

        public void RememberWritten(FileFacts facts, ContentHash root, Outboard? tree, string localPath)
        {
        }

        public IReadOnlyList<WirePath> SharePathsOf(ContentHash root, long? length) => [];

        public IReadOnlyList<string> LocalPathsOf(ContentHash root, long length) => [];
    }
}
