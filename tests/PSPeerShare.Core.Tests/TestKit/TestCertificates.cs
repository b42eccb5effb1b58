using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>Certificates as no honest node makes them.</summary>
internal static class TestCertificates
{
    public static X509Certificate2 Make() => Make(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));

    public static X509Certificate2 Make(DateTimeOffset notBefore, DateTimeOffset notAfter) =>
        Make(ECCurve.NamedCurves.nistP256, notBefore, notAfter);

    public static X509Certificate2 Make(ECCurve curve) => Make(curve, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));

    private static X509Certificate2 Make(ECCurve curve, DateTimeOffset notBefore, DateTimeOffset notAfter)
    {
        using var key = ECDsa.Create(curve);
        var request = new CertificateRequest("CN=somebody", key, HashAlgorithmName.SHA256);
        return request.CreateSelfSigned(notBefore, notAfter);
    }

    public static X509Certificate2 MakeRsa()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=somebody", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddYears(1));
    }
}
