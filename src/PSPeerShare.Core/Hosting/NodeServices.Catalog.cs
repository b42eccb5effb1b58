using PSPeerShare.Core.Catalog;

namespace PSPeerShare.Core.Hosting;

// The catalog is kept in step while the node serves; its hashes are used always.
internal sealed partial class NodeServices
{
    private CatalogScanner? _scanner;

    /// <summary>Begins to scan and to hash what is shared.</summary>
    public void StartScanning() => _scanner ??= new CatalogScanner(Shares, Entries, _stored, Contents, Counters, Log);

    /// <summary>Stops before the shares go, so that what is stored of them stays.</summary>
    public async Task StopScanningAsync()
    {
        if (Interlocked.Exchange(ref _scanner, null) is { } scanner)
        {
            await scanner.DisposeAsync();
        }
    }
}
