namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>
/// The page in a browser that runs all the time. While the page is not shown, the browser's only tab is empty: that a
/// browser runs is not the page's cost.
/// </summary>
internal sealed class BrowserPage(DebuggedBrowser browser, string address) : IWatchedPage
{
    public async Task ShowAsync(CancellationToken cancellationToken)
    {
        await browser.GoAsync(address, cancellationToken);
        await browser.UntilReadyAsync(cancellationToken);
    }

    public Task HideAsync(CancellationToken cancellationToken) => browser.GoAsync("about:blank", cancellationToken);

    public IReadOnlyDictionary<string, double> Seconds() => ProcessTree.Seconds(browser.ProcessId);

    public ValueTask DisposeAsync() => browser.DisposeAsync();
}
