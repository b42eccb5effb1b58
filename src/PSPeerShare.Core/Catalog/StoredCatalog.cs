using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Storage;

namespace PSPeerShare.Core.Catalog;

/// <summary>
/// The catalog's file, opened when it is first needed. One that is spoilt is set aside and made anew; one that cannot
/// be used for now answers nothing and keeps nothing, and files are read instead. It never throws.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class StoredCatalog(string homeFolder, EventLog log, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private volatile CatalogStore? _store;
    private long? _failedAt;
    private bool _isDisposed;

    /// <summary>Why the catalog is not in use, or <see langword="null"/>.</summary>
    public string? Problem { get; private set; }

    /// <summary>Answers from the catalog, or with <paramref name="otherwise"/> when that is not possible now.</summary>
    public T Ask<T>(Func<CatalogStore, T> question, T otherwise)
    {
        CatalogStore? store = _store ?? Open();
        if (store is null)
        {
            return otherwise;
        }

        try
        {
            return question(store);
        }
        catch (ObjectDisposedException)
        {
            return otherwise;
        }
        catch (PeerShareException failure)
        {
            Suffer(store, failure);
            return otherwise;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _isDisposed = true;
            _store?.Dispose();
            _store = null;
        }
    }

    private CatalogStore? Open()
    {
        lock (_gate)
        {
            if (_store is not null || _isDisposed || (_failedAt is { } failed && clock.GetElapsedTime(failed) < RetryAfter))
            {
                return _store;
            }

            try
            {
                _store = OpenOrReplace();
                Problem = null;
            }
            catch (Exception failure) when (failure is PeerShareException or IOException or UnauthorizedAccessException)
            {
                Postpone(failure);
            }

            return _store;
        }
    }

    private CatalogStore OpenOrReplace()
    {
        try
        {
            return CatalogStore.Open(homeFolder);
        }
        catch (PeerShareException failure) when (CatalogStore.IsSpoilt(failure))
        {
            Replace(failure);
            return CatalogStore.Open(homeFolder);
        }
    }

    private void Replace(PeerShareException why)
    {
        if (CatalogStore.SetAside(homeFolder, clock.GetUtcNow()) is { } aside)
        {
            log.StoreRepaired(CatalogStore.FileName, $"it was not usable ({why.Detail}), is now {aside}, and is made anew");
        }
    }

    // Another process holds it, the disk is full: that passes. Damage that shows only now does not.
    private void Suffer(CatalogStore store, PeerShareException failure)
    {
        lock (_gate)
        {
            if (_store != store || !CatalogStore.IsSpoilt(failure))
            {
                log.Detail($"catalog: {failure.Detail}");
                return;
            }

            _store = null;
            store.Dispose();
            try
            {
                Replace(failure);
            }
            catch (Exception e) when (e is PeerShareException or IOException or UnauthorizedAccessException)
            {
                Postpone(e);
            }
        }
    }

    private void Postpone(Exception failure)
    {
        // Not by the time of day, which somebody may set back.
        _failedAt = clock.GetTimestamp();
        Problem = (failure as PeerShareException)?.Detail ?? failure.Message;
        log.Warning(failure, "using the catalog; files are read instead, it is tried again later");
    }
}
