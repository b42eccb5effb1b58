using System.Net.Security;
using System.Security.Authentication;

namespace PSPeerShare.Core.Transport;

/// <summary>What the TLS handshake agreed on.</summary>
internal readonly record struct TlsInfo(SslProtocols Protocol, TlsCipherSuite CipherSuite);
