using System.Net;
using PSPeerShare.Core.Discovery.Dns;

namespace PSPeerShare.Core.Discovery.Lan;

/// <summary>Sends a message on a link: to everyone, or to one that asked from a port of its own.</summary>
internal delegate void LanSend(LanLink link, IPEndPoint? to, DnsMessage message);
