using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Transport;

/// <summary>
/// The TLS options of both roles: TLS 1.3 only, both sides show a certificate, no resumption (it skips the
/// certificates), no renegotiation. Dates, names and issuers mean nothing here; the id is judged after the handshake.
/// </summary>
internal static class TlsOptions
{
    private static readonly List<TlsCipherSuite> Suites =
    [
        TlsCipherSuite.TLS_AES_128_GCM_SHA256,
        TlsCipherSuite.TLS_AES_256_GCM_SHA384,
        TlsCipherSuite.TLS_CHACHA20_POLY1305_SHA256,
    ];

    public static bool IsAccepted(TlsCipherSuite suite) => Suites.Contains(suite);

    public static SslServerAuthenticationOptions ForServer(SslStreamCertificateContext certificate) => new()
    {
        ServerCertificateContext = certificate,
        ClientCertificateRequired = true,
        ApplicationProtocols = [new SslApplicationProtocol(Alpn.Main), new SslApplicationProtocol(Alpn.Pair)],
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = NoLookups(),
        CipherSuitesPolicy = FastestFirst(),
        RemoteCertificateValidationCallback = HasCertificate,
    };

    public static SslClientAuthenticationOptions ForClient(SslStreamCertificateContext certificate, string alpn) => new()
    {
        // No server name: who is meant is a matter of ids, and nobody on the way needs to read it.
        TargetHost = "",
        ClientCertificateContext = certificate,
        ApplicationProtocols = [new SslApplicationProtocol(alpn)],
        EnabledSslProtocols = SslProtocols.Tls13,
        AllowTlsResume = false,
        AllowRenegotiation = false,
        EncryptionPolicy = EncryptionPolicy.RequireEncryption,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        CertificateChainPolicy = NoLookups(),
        CipherSuitesPolicy = FastestFirst(),
        RemoteCertificateValidationCallback = HasCertificate,
    };

    // A server's callback is asked about a missing certificate too, and could let it pass.
    private static bool HasCertificate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        certificate is not null;

    // A stranger's certificate may name addresses to download issuers from; nobody goes there.
    private static X509ChainPolicy NoLookups() => new()
    {
        DisableCertificateDownloads = true,
        RevocationMode = X509RevocationMode.NoCheck,
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        VerificationFlags = X509VerificationFlags.AllFlags,
    };

    // AES-128 is about a fifth faster. Schannel takes no list from a program.
    private static CipherSuitesPolicy? FastestFirst() => OperatingSystem.IsLinux() ? new CipherSuitesPolicy(Suites) : null;
}
