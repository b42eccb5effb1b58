using System.Security.Cryptography.X509Certificates;

namespace PSPeerShare.Core.Identity;

/// <summary>
/// The home's own node: its certificate with the private key, made once and kept. It knows no peers, no trust and
/// no network; it refuses a key that others may read and a certificate that does not fit its key.
/// </summary>
/// <remarks>
/// The certificate is self-signed ECDSA P-256 and names nobody. Its dates are ignored by every peer: the id decides.
/// </remarks>
internal sealed class NodeIdentity : IDisposable
{
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(15);

    private NodeIdentity(X509Certificate2 certificate)
    {
        Certificate = certificate;
        Id = NodeId.FromCertificate(certificate);
    }

    /// <summary>The node's id.</summary>
    public NodeId Id { get; }

    /// <summary>The certificate, with its private key. Owned by this object.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>When the identity was made, to the second.</summary>
    public DateTimeOffset Created => Certificate.NotBefore.ToUniversalTime();

    /// <summary>The home's identity; made when there is none. Two processes that race get the same one.</summary>
    public static NodeIdentity LoadOrCreate(string homeFolder) => Open(homeFolder, replace: false);

    /// <summary>
    /// Makes a new identity. With <paramref name="replace"/> the old one is gone for good, and every peer has to be
    /// asked for trust again; without, an identity that is there stays and is returned.
    /// </summary>
    public static NodeIdentity Create(string homeFolder, bool replace) => Open(homeFolder, replace);

    /// <summary>Whether the home has an identity.</summary>
    public static bool Exists(string homeFolder) => IdentityVault.For(FolderOf(homeFolder)).Exists;

    /// <inheritdoc/>
    public void Dispose() => Certificate.Dispose();

    private static NodeIdentity Open(string homeFolder, bool replace)
    {
        string folder = FolderOf(homeFolder);
        OwnerOnly.EnsureFolder(homeFolder, PeerError.HomeUnusable);
        OwnerOnly.EnsureFolder(folder, PeerError.IdentityUnsafe);
        IdentityVault vault = IdentityVault.For(folder);
        try
        {
            if (replace || !vault.Exists)
            {
                using FileLock guard = FileLock.Take(Path.Combine(folder, ".lock"), LockPatience);
                if (replace || !vault.Exists)
                {
                    vault.Make();
                }
            }

            return new NodeIdentity(vault.Load());
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new PeerShareException(PeerError.IdentityDamaged, folder, failure.Message, failure);
        }
    }

    private static string FolderOf(string homeFolder) => Path.Combine(homeFolder, "identity");
}
