using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PSPeerShare.Core.Identity;

/// <summary>
/// Where a platform keeps the key. One file, <c>node.pem</c>, appears under its name only when it is complete.
/// </summary>
internal abstract class IdentityVault
{
    private const string FileName = "node.pem";

    protected IdentityVault(string folder) => FilePath = Path.Combine(folder, FileName);

    public bool Exists => File.Exists(FilePath);

    protected string FilePath { get; }

    public static IdentityVault For(string folder) =>
        OperatingSystem.IsWindows() ? new CngIdentityVault(folder) : new PemIdentityVault(folder);

    /// <summary>Makes key and certificate; replaces what was there. The caller holds the folder's lock.</summary>
    public abstract void Make();

    public X509Certificate2 Load()
    {
        string pem = ReadFile();
        X509Certificate2? certificate = null;
        try
        {
            certificate = Assemble(pem);
            RefuseOtherKeys(certificate);
            return certificate;
        }
        catch (Exception failure) when (failure is CryptographicException or ArgumentException)
        {
            certificate?.Dispose();
            throw new PeerShareException(PeerError.IdentityDamaged, FilePath, failure.Message, failure);
        }
    }

    /// <summary>The certificate with its key, from the file's text.</summary>
    protected abstract X509Certificate2 Assemble(string pem);

    protected static X509Certificate2 SelfSign(ECDsa key)
    {
        var request = new CertificateRequest("CN=pspeershare", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(
            [new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("pspeershare");
        request.CertificateExtensions.Add(names.Build());

        // RFC 5280 4.1.2.5: this date says that the certificate has no expiry.
        var never = new DateTimeOffset(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow, never);
    }

    /// <summary>Puts the text under the final name in one step, readable by the owner only from the first byte.</summary>
    protected void WriteFile(ReadOnlySpan<char> text)
    {
        string staged = $"{FilePath}.{Guid.NewGuid():N}";
        byte[] bytes = System.Text.Encoding.ASCII.GetBytes(text.ToArray());
        try
        {
            using (var file = new FileStream(
                staged, OwnerOnly.FileOptions(FileMode.CreateNew, FileAccess.Write, FileShare.None)))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }

            File.Move(staged, FilePath, overwrite: true);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
            File.Delete(staged);
        }
    }

    private string ReadFile()
    {
        using var file = new FileStream(FilePath, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        OwnerOnly.CheckFile(file, PeerError.IdentityUnsafe);
        using var reader = new StreamReader(file, System.Text.Encoding.ASCII);
        return reader.ReadToEnd();
    }

    private static void RefuseOtherKeys(X509Certificate2 certificate)
    {
        using ECDsa? key = certificate.GetECDsaPrivateKey();
        if (key is null || key.KeySize != 256)
        {
            throw new CryptographicException("The identity is no ECDSA P-256 key with its certificate.");
        }
    }
}
