using PSPeerShare.Core;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Benchmarks.Catalogs;

/// <summary>The parts of a node that keep and search a catalog, for one share that everyone may see.</summary>
internal sealed class CatalogBench : IAsyncDisposable
{
    private readonly string _home;
    private readonly ShareRegistry _registry = new();
    private readonly StoredCatalog _stored;
    private readonly ContentIndex _contents;
    private readonly EntryIndex _index;
    private CatalogScanner? _scanner;

    public CatalogBench(string home, string folder)
    {
        _home = home;
        OwnerOnly.EnsureFolder(home, PeerError.HomeUnusable);
        _stored = new StoredCatalog(home, EventLog.Null, TimeProvider.System);
        _contents = new ContentIndex(_stored, TimeProvider.System);
        _index = new EntryIndex(_stored);
        _registry.Add(new ShareInfo("bench", folder, null, [], true, false, null));
    }

    public long DatabaseBytes => Directory.EnumerateFiles(_home, "catalog.db*").Sum(file => new FileInfo(file).Length);

    public void Start() => _scanner = new CatalogScanner(_registry, _index, _stored, _contents, new TransferCounters(), EventLog.Null);

    public async Task UntilAsync(Func<ScannedShare, bool> condition)
    {
        while (_index.Find(_registry.Find("bench")!) is not { } share || !condition(share))
        {
            await Task.Delay(5);
        }
    }

    /// <summary>Waits until every stored name has its trigrams.</summary>
    public async Task UntilIndexedAsync()
    {
        while (!_stored.Ask(store => store.Search.Indexed == store.Search.LastId, true))
        {
            await Task.Delay(5);
        }
    }

    /// <summary>Stops the scanning and keeps what it has stored in use.</summary>
    public async Task StopScanningAsync()
    {
        if (_scanner is not null)
        {
            await _scanner.DisposeAsync();
            _scanner = null;
            CatalogScanner.Adopt(_registry, _index, _stored);
        }
    }

    public CatalogView View() => new(_registry, new Everyone(), _contents, _index);

    public async ValueTask DisposeAsync()
    {
        await StopScanningAsync();
        await _contents.DisposeAsync();
        _stored.Dispose();
    }

    private sealed class Everyone : IShareAccess
    {
        public bool May(ServedShare share, WirePath name) => true;

        public IReadOnlyList<WirePath> PlacesIn(ServedShare share) => [];
    }
}
