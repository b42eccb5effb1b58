using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>Short forms for what a hostile peer says and hears again and again.</summary>
internal static class HostileTalk
{
    /// <summary>The next frame of one of these types; all others are passed over.</summary>
    public static async Task<(FrameHeader Header, byte[] Payload)> UntilAsync(this HostilePeer peer, params FrameType[] types)
    {
        while (await peer.ReceiveAsync() is { } frame)
        {
            if (types.Contains(frame.Header.Type))
            {
                return frame;
            }
        }

        throw new IOException("the other side hung up");
    }

    /// <summary>What was asked on a fetch stream, and that stream.</summary>
    public static async Task<(uint Stream, FetchItem[] Items)> FetchedAsync(this HostilePeer peer, int items)
    {
        List<FetchItem> asked = [];
        uint stream = 0;
        while (asked.Count < items)
        {
            (FrameHeader header, byte[] payload) = await peer.UntilAsync(FrameType.FetchItems);
            stream = header.StreamId;
            asked.AddRange(FetchItems.Parser.ParseFrom(payload).Items);
        }

        return (stream, [.. asked]);
    }

    public static Task HeadAsync(this HostilePeer peer, uint stream, uint index, long length, long modified = 0) =>
        peer.SendAsync(FrameType.ItemHeader, new ItemHeader { Index = index, Length = length, ModifiedUnixNs = modified }, stream);

    public static Task EndAsync(this HostilePeer peer, uint stream, uint index, byte[] root) =>
        peer.SendAsync(FrameType.ItemEnd, new ItemEnd { Index = index, Root = ByteString.CopyFrom(root) }, stream);

    public static Task FinishAsync(this HostilePeer peer, uint stream) => peer.SendAsync(FrameType.Data, [], stream, last: true);

    /// <summary>One whole file, as an honest peer sends it.</summary>
    public static async Task ServeAsync(this HostilePeer peer, uint stream, uint index, byte[] content, long modified = 0)
    {
        await peer.HeadAsync(stream, index, content.Length, modified);
        await peer.SendAsync(FrameType.Data, content, stream);
        await peer.EndAsync(stream, index, RootOf(content));
    }

    public static byte[] RootOf(byte[] content) => Core.Content.Blake3Hasher.Hash(content).ToArray();

    public static WireName Wire(params byte[][] segments)
    {
        WireName name = new();
        name.Segments.AddRange(segments.Select(segment => ByteString.CopyFrom(segment)));
        return name;
    }

    public static WireName Wire(params string[] segments)
    {
        WireName name = new();
        name.Segments.AddRange(segments.Select(ByteString.CopyFromUtf8));
        return name;
    }
}
