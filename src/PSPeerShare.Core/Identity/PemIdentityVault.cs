using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PSPeerShare.Core.Identity;

/// <summary>Key and certificate in one PEM file, mode 0600: Linux and macOS.</summary>
internal sealed class PemIdentityVault(string folder) : IdentityVault(folder)
{
    public override void Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = SelfSign(key);
        WriteFile($"{certificate.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    protected override X509Certificate2 Assemble(string pem) => X509Certificate2.CreateFromPem(pem, pem);
}
