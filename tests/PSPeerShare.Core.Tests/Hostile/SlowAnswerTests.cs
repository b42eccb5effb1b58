using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>D2: questions that take hours to answer do not keep others from being answered.</summary>
public sealed class SlowAnswerTests
{
    [Fact]
    public async Task Hashing_on_every_stream_keeps_nobody_out()
    {
        await using TestNode server = new();
        await using TestNode friend = new();
        server.Write("docs/open.txt", "open"u8.ToArray());

        // A file full of holes is as long as one likes, and takes minutes to read.
        using (FileStream big = File.Create(Path.Combine(server["docs"], "big.bin")))
        {
            big.SetLength(64L << 30);
        }

        await server.StartAsync(server["docs"]);
        using HostileClient client = await HostileClient.BefriendAsync(server);
        Assert.True(WirePath.TryParse("docs/big.bin", out WirePath? name, out _));
        DescribeRequest slow = new() { WantRoot = true, Items = { new FetchItem { Name = name.ToWire() } } };
        for (int connection = 1; connection < Limits.ConnectionsPerPeer; connection++)
        {
            for (int stream = 1; stream < Limits.StreamsPerSide; stream++)
            {
                await client.OpenAsync(FrameType.Describe, slow, last: true);
            }

            await client.ConnectAsync().Within();
        }

        List<(FrameHeader Header, byte[] Payload)> known = await client.AskAsync(
            FrameType.Describe, new DescribeRequest { Items = { new FetchItem { Name = name.ToWire() } } }).Within();
        Assert.Contains(known, frame => frame.Header.Type == FrameType.Description);

        await server.BefriendAsync(friend).Within();
        Assert.Contains(await friend.FindAsync().Within(), file => file.Name == "open.txt");
    }
}
