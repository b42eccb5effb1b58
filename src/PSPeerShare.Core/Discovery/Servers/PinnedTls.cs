using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Discovery.Servers;

/// <summary>TLS towards a server whose certificate has to have a certain id. No authority and no date counts.</summary>
internal static class PinnedTls
{
    public static SslClientAuthenticationOptions Options(ServerAddress server, SslStreamCertificateContext? certificate, string? alpn = null) => new()
    {
        TargetHost = server.Host,
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ClientCertificateContext = certificate,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        ApplicationProtocols = alpn is null ? null : [new SslApplicationProtocol(alpn)],
        RemoteCertificateValidationCallback = (_, presented, _, _) =>
            presented is X509Certificate2 seen && NodeId.FromCertificate(seen) == server.Id,
    };
}
