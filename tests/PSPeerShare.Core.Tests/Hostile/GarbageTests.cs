using System.Security.Cryptography;
using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>D1: a live node under tens of thousands of frames that make no sense, some of them nearly.</summary>
public sealed class GarbageTests
{
    private const int FramesAtOnce = 100;

    [Fact]
    public async Task An_honest_fetch_is_equal_while_others_send_twenty_thousand_senseless_frames()
    {
        await using TestNode server = new();
        await using TestNode friend = new();
        byte[] content = RandomNumberGenerator.GetBytes(24_000_000);
        server.Write("docs/large.bin", content);
        int port = (await server.StartAsync(server.Folder("inbox"), [server["docs"]])).Port;
        await server.BefriendAsync(friend);
        RemoteFile found = Assert.Single(await friend.FindAsync());

        // Slow enough to be under way for as long as the noise goes on.
        Task<List<TransferInfo>> fetching = friend.FetchAsync(
            new FetchOptions { Destination = friend.Folder("in"), RateLimit = 8_000_000 }, found);
        using HostileClient trusted = await HostileClient.BefriendAsync(server, PeerRights.Browse | PeerRights.Read | PeerRights.Write);
        int sent = (await Task.WhenAll(Enumerable.Range(0, 4).Select(seed => Task.Run(() => MakeNoiseAsync(trusted, port, seed, 5_000))))).Sum();

        Assert.True(sent >= 20_000);
        TransferInfo result = Assert.Single(await fetching);
        Assert.Equal((TransferStatus.Completed, null), (result.Status, result.Error));
        Assert.Equal(content, File.ReadAllBytes(result.LocalPath));
        Assert.Empty(Directory.EnumerateFiles(server["inbox"], "*", SearchOption.AllDirectories));
        Assert.Equal("docs/large.bin", Assert.Single(await friend.FindAsync()).SharePath);
    }

    private static async Task<int> MakeNoiseAsync(HostileClient trusted, int port, int seed, int frames)
    {
        Random random = new(seed);
        int sent = 0;
        for (int round = 0; sent < frames; round++, sent += FramesAtOnce)
        {
            using HostileClient stranger = new(port);
            bool isStranger = round % 4 == 3;
            try
            {
                using HostilePeer peer = await HostilePeer.DialAsync(
                    port, isStranger ? stranger.Certificate : trusted.Certificate, isStranger ? Alpn.Pair : Alpn.Main);
                await peer.GreetAsync();
                await peer.SendAsync(MakeBurst(random, round));

                // A header may have announced more than ever comes.
                peer.CutWithFin();
                await peer.ReadGoodbyeAsync();
            }
            catch (IOException)
            {
                // Shown the door before it had finished.
            }
        }

        return sent;
    }

    // Some bursts are messages that can be read and make no sense, some are wrong from the first byte on; all end with an
    // unknown frame, so that every connection comes to an end.
    private static byte[] MakeBurst(Random random, int round)
    {
        FrameType[] types = Enum.GetValues<FrameType>();
        List<byte> burst = [];
        if (round % 2 == 0)
        {
            burst.AddRange(FrameWriter.EncodeFrame(FrameType.Fetch, FrameFlags.None, 1, new FetchRequest()));
            burst.AddRange(FrameWriter.EncodeFrame(FrameType.Push, FrameFlags.None, 3, new PushRequest()));
        }

        for (int i = 0; i < FramesAtOnce; i++)
        {
            byte[] payload = new byte[random.Next(64)];
            random.NextBytes(payload);
            byte[] frame = round % 2 == 0
                ? MakeNonsense(random, ByteString.CopyFrom(payload))
                : FrameWriter.EncodeFrame(types[random.Next(types.Length)], FrameFlags.None, (uint)random.Next(6), payload);
            if (round % 5 == 4)
            {
                frame[random.Next(FrameHeader.SizeInBytes)] ^= (byte)random.Next(256);
            }

            burst.AddRange(frame);
        }

        burst.AddRange(FrameWriter.EncodeFrame((FrameType)0xEE, FrameFlags.None, 0, []));
        return [.. burst];
    }

    private static byte[] MakeNonsense(Random random, ByteString name)
    {
        uint index = (uint)random.Next(1000);
        return random.Next(3) switch
        {
            0 => Encode(FrameType.FetchItems, 1, new FetchItems { Items = { new FetchItem { Index = index, Name = new WireName { Segments = { name, name } } } } }),
            1 => Encode(FrameType.PushOffer, 3, new PushOffer { Items = { new PushItem { Index = index, Length = random.NextInt64(), Segments = { name } } } }),
            _ => Encode(FrameType.ItemError, 3, new ItemError { Index = index, Detail = Convert.ToHexString(name.Span) }),
        };
    }

    private static byte[] Encode(FrameType type, uint stream, IMessage message) => FrameWriter.EncodeFrame(type, FrameFlags.None, stream, message);
}
