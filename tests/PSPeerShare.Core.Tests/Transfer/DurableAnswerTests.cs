using Google.Protobuf;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Files.Native;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transfer;

/// <summary>R1: what a receiver says that it has is on stable storage, also when it was there before.</summary>
public sealed class DurableAnswerTests : IAsyncLifetime
{
    private static readonly byte[] s_content = "0123456789"u8.ToArray();

    private readonly TempFolder _inbox = new();
    private readonly SyncingCalls _calls = new();
    private readonly BareNode _near = new();
    private readonly BareNode _far = new();
    private PeerConnection _connection = null!;

    public async Task InitializeAsync()
    {
        Directory.CreateDirectory(_inbox["peer"]);
        File.WriteAllBytes(_inbox["peer", "a.txt"], s_content);
        PushResponder responder = new(
            () => UnixSafeRoot.Open(_inbox.Path, _calls), _ => "peer", _ => true, new InboxQuota(() => new InboxLimits()),
            NoContentIndex.Instance, new SlowWork(1, 1), new TransferCounters(), EventLog.Null, AuditLog.Null);
        _far.Handler = responder.PushAsync;
        (_connection, _) = await _near.ConnectAsync(_far);
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _near.DisposeAsync();
        await _far.DisposeAsync();
        _inbox.Dispose();
    }

    [Fact]
    public async Task A_file_that_is_there_already_is_synced_with_its_name_before_it_is_acknowledged()
    {
        using InboundFrame answer = await OfferAsync();

        Assert.Equal(FrameType.Committed, answer.Type);
        Assert.Equal(3, _calls.Synced);
    }

    [Fact]
    public async Task A_file_that_is_there_already_and_cannot_be_synced_is_not_acknowledged()
    {
        _calls.Error = 5;

        using InboundFrame answer = await OfferAsync();

        Assert.Equal(FrameType.PushVerdicts, answer.Type);
        Assert.NotEqual((uint)WireError.None, Assert.Single(answer.Parse(PushVerdicts.Parser).Verdicts).Code);
    }

    private async Task<InboundFrame> OfferAsync()
    {
        PeerStream stream = _connection.OpenStream(FrameType.Push, new PushRequest(), last: false);
        PushItem item = new()
        {
            Length = s_content.Length,
            Hash = ByteString.CopyFrom(HostileTalk.RootOf(s_content)),
            Segments = { ByteString.CopyFromUtf8("a.txt") },
        };
        await stream.SendAsync(FrameType.PushOffer, new PushOffer { Items = { item } });
        return (await stream.ReceiveAsync().Within())!;
    }

    private sealed class SyncingCalls : LinuxFileCalls
    {
        private int _synced;

        public int Synced => Volatile.Read(ref _synced);

        public int Error { get; set; }

        public override int Sync(int file)
        {
            Interlocked.Increment(ref _synced);
            return -Error;
        }
    }
}
