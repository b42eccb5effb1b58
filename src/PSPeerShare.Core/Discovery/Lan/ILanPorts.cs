using System.Net;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>Datagrams to and from the links of this machine.</summary>
internal interface ILanPorts : IAsyncDisposable
{
    /// <summary>A datagram from the link itself. Its bytes are valid during the call.</summary>
    event Action<LanLink, IPEndPoint, ReadOnlyMemory<byte>>? Heard;

    /// <summary>Sends and hears on these links from now on.</summary>
    void Use(IReadOnlyList<LanLink> links);

    /// <summary>Sends to one, or with <see langword="null"/> to everyone on the link. What cannot be sent is lost.</summary>
    void Send(LanLink link, IPEndPoint? to, byte[] datagram);
}
