using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PSPeerShare.Core.Identity;

/// <summary>
/// The key as a named, persisted and not exportable CNG key of the user; the file holds its name and the certificate.
/// Schannel refuses keys that live in memory only, which is why Windows does not use the PEM form.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class CngIdentityVault(string folder) : IdentityVault(folder)
{
    private const string NameLine = "Key: ";

    private static CngProvider Provider => CngProvider.MicrosoftSoftwareKeyStorageProvider;

    public override void Make()
    {
        string? oldName = Exists ? KeyName(File.ReadAllText(FilePath)) : null;
        string name = $"PSPeerShare-{Guid.NewGuid():N}";
        var parameters = new CngKeyCreationParameters { Provider = Provider, ExportPolicy = CngExportPolicies.None };
        using CngKey key = CngKey.Create(CngAlgorithm.ECDsaP256, name, parameters);
        using var signer = new ECDsaCng(key);
        using X509Certificate2 certificate = SelfSign(signer);
        WriteFile($"{NameLine}{name}\n{certificate.ExportCertificatePem()}\n");
        if (oldName is not null && CngKey.Exists(oldName, Provider))
        {
            using CngKey old = CngKey.Open(oldName, Provider);
            old.Delete();
        }
    }

    protected override X509Certificate2 Assemble(string pem)
    {
        string name = KeyName(pem) ?? throw new CryptographicException("The identity's file names no key.");
        using X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem);
        using CngKey key = CngKey.Open(name, Provider);
        using var signer = new ECDsaCng(key);
        return certificate.CopyWithPrivateKey(signer);
    }

    private static string? KeyName(string pem)
    {
        string first = pem.Split('\n', 2)[0].TrimEnd('\r');
        return first.StartsWith(NameLine, StringComparison.Ordinal) ? first[NameLine.Length..] : null;
    }
}
