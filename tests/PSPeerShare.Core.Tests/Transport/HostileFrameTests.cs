using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Tests.Transport;

/// <summary>D1 against a live node: trusted, and hostile all the same.</summary>
public sealed class HostileFrameTests : IAsyncLifetime
{
    private readonly X509Certificate2 _certificate = TestCertificates.Make();
    private readonly BareNode _node = new(Answers.Everything);

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        _certificate.Dispose();
    }

    [Fact]
    public async Task An_oversized_frame_ends_the_connection_at_its_header()
    {
        using HostilePeer peer = await ConnectAsync();
        byte[] header = new byte[FrameHeader.SizeInBytes];
        new FrameHeader(int.MaxValue, FrameType.Data, FrameFlags.None, 1).Write(header);

        await peer.SendAsync(header);

        Assert.Equal(CloseReason.FrameTooLarge, await peer.ReadGoodbyeAsync());
    }

    [Theory]
    [InlineData((int)FrameType.Search, 2u, (int)CloseReason.BadStreamId)]
    [InlineData((int)FrameType.Search, 0u, (int)CloseReason.BadStreamId)]
    [InlineData((int)FrameType.Entries, 1u, (int)CloseReason.UnexpectedFrame)]
    [InlineData((int)FrameType.TicketProof, 1u, (int)CloseReason.UnexpectedFrame)]
    [InlineData((int)FrameType.Ping, 1u, (int)CloseReason.BadStreamId)]
    [InlineData((int)FrameType.Pong, 0u, (int)CloseReason.UnexpectedFrame)]
    [InlineData(0x7F, 1u, (int)CloseReason.UnknownFrame)]
    public async Task A_frame_that_may_not_stand_there_ends_the_connection(int type, uint stream, int reason)
    {
        using HostilePeer peer = await ConnectAsync();

        await peer.SendAsync((FrameType)type, [], stream);

        Assert.Equal((CloseReason)reason, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task More_than_the_credit_ends_the_connection()
    {
        _node.Handler = (_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        using HostilePeer peer = await ConnectAsync();
        await peer.SendAsync(FrameType.Push, new PushRequest(), 1);

        await peer.SendAsync(FrameType.Data, new byte[200 * 1024], 1);
        await peer.SendAsync(FrameType.Data, new byte[60 * 1024], 1);

        Assert.Equal(CloseReason.CreditOverrun, await peer.ReadGoodbyeAsync());
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(uint.MaxValue)]
    [InlineData(0x7FFFFFFFu)]
    public async Task Credit_of_nothing_or_of_everything_ends_the_connection(uint bytes)
    {
        using HostilePeer peer = await ConnectAsync();
        await peer.SendAsync(FrameType.Fetch, new FetchRequest(), 1);

        await peer.SendAsync(FrameType.Credit, new Credit { Bytes = bytes }, 1);

        Assert.Equal(CloseReason.BadMessage, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task A_message_that_cannot_be_parsed_ends_the_connection()
    {
        using HostilePeer peer = await ConnectAsync();

        await peer.SendAsync(FrameType.Search, [0xFF, 0xFF], 1);

        Assert.Equal(CloseReason.BadMessage, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task A_flood_of_pings_that_reads_no_pongs_is_cut_off()
    {
        using HostilePeer peer = await ConnectAsync();
        byte[] pings = [.. Enumerable.Repeat(FrameWriter.EncodeFrame(FrameType.Ping, FrameFlags.None, 0, new Ping { Value = 1 }), 10_000).SelectMany(ping => ping)];

        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await peer.SendAsync(pings);
            }
        });

        await Waiting.UntilAsync(() => _node.Listener.Connections.Count == 0);
    }

    [Fact]
    public async Task Unknown_fields_of_a_message_are_ignored()
    {
        using HostilePeer peer = await ConnectAsync();
        byte[] withUnknownField = [.. new SearchRequest { Limit = 1 }.ToByteArray(), 0xF8, 0x7F, 0x01];

        await peer.SendAsync(FrameType.Search, withUnknownField, 1, last: true);

        Assert.Equal(FrameType.Entries, (await peer.ReceiveAsync())!.Value.Header.Type);
    }

    [Fact]
    public async Task Streams_beyond_the_limit_end_the_connection()
    {
        _node.Handler = (_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        using HostilePeer peer = await ConnectAsync();

        for (uint i = 0; i <= Limits.StreamsPerSide; i++)
        {
            await peer.SendAsync(FrameType.Control, new ControlRequest(), 1 + (2 * i), last: true);
        }

        Assert.Equal(CloseReason.TooManyStreams, await peer.ReadGoodbyeAsync());
    }

    [Fact]
    public async Task Opening_and_dropping_streams_without_reading_is_bounded()
    {
        _node.Handler = (_, _, cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);
        using HostilePeer peer = await ConnectAsync();
        bool isCutOff = false;
        try
        {
            for (uint i = 0; i < 50_000; i++)
            {
                await peer.SendAsync(FrameType.Control, new ControlRequest(), 1 + (2 * i));
                await peer.SendAsync(FrameType.Error, new StreamError(), 1 + (2 * i));
                Assert.InRange(_node.Listener.Connections.FirstOrDefault()?.OpenStreams ?? 0, 0, Limits.StreamsPerSide);
            }
        }
        catch (IOException)
        {
            isCutOff = true;
        }

        Assert.True(isCutOff || _node.Listener.Connections.Single().OpenStreams <= Limits.StreamsPerSide);
    }

    [Fact]
    public async Task An_honest_transfer_finishes_while_others_send_thousands_of_malformed_frames()
    {
        const long Total = 64L * 1024 * 1024;
        _node.Handler = async (stream, opening, cancellationToken) =>
        {
            if (stream.Connection.RemoteHello.Agent == "TestKit")
            {
                await Answers.Bytes(Total, 256 * 1024)(stream, opening, cancellationToken);
            }
        };
        await using var honest = new BareNode();
        PeerConnection connection = await honest.DialAsync(_node);
        await using PeerStream stream = connection.OpenStream(FrameType.Fetch, new FetchRequest(), last: true);
        Task<long> reading = Task.Run(() => Answers.ReadBytesAsync(stream));

        var random = new Random(7);
        int sent = 0;
        while (sent < 3000)
        {
            using HostilePeer peer = await ConnectAsync();
            try
            {
                for (int i = 0; i < 100; i++)
                {
                    await peer.SendAsync(MakeFrame(random));
                    sent++;
                }
            }
            catch (IOException)
            {
                // It was shown the door, as it should be.
            }
        }

        Assert.Equal(Total, await reading.Within());
        Assert.True(connection.IsUsable);
    }

    private static byte[] MakeFrame(Random random)
    {
        byte[] payload = new byte[random.Next(200)];
        random.NextBytes(payload);
        FrameType[] types = Enum.GetValues<FrameType>();
        byte[] frame = FrameWriter.EncodeFrame(types[random.Next(types.Length)], (FrameFlags)random.Next(2), (uint)random.Next(4), payload);
        frame[random.Next(FrameHeader.SizeInBytes)] ^= (byte)random.Next(256);
        return frame;
    }

    private async Task<HostilePeer> ConnectAsync()
    {
        HostilePeer peer = await HostilePeer.DialAsync(_node.Port, _certificate);
        await peer.GreetAsync();
        return peer;
    }
}
