namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>A dashboard's page that somebody looks at, or not.</summary>
internal interface IWatchedPage : IAsyncDisposable
{
    Task ShowAsync(CancellationToken cancellationToken);

    Task HideAsync(CancellationToken cancellationToken);

    /// <summary>Processor time so far of what shows the page, by kind of process.</summary>
    IReadOnlyDictionary<string, double> Seconds();
}
