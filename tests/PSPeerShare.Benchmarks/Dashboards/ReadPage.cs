using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using PSPeerShare.Core.Dashboard;

namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>A page without a browser: it signs in and reads all that the node tells.</summary>
internal sealed class ReadPage : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly CancellationTokenSource _closed = new();
    private readonly Stream _events;
    private readonly Task _reading;

    private ReadPage(HttpClient http, Stream events, StreamReader lines)
    {
        _http = http;
        _events = events;
        _reading = ReadAsync(lines);
    }

    public static async Task<ReadPage> OpenAsync(DashboardInfo dashboard, CancellationToken cancellationToken)
    {
        string origin = $"http://127.0.0.1:{dashboard.Port}";
        HttpClient http = new() { BaseAddress = new Uri(origin) };
        http.DefaultRequestHeaders.Add("Origin", origin);
        JsonContent body = JsonContent.Create(new { code = dashboard.Url.Split("#code=")[1] }, new MediaTypeHeaderValue("application/json"));
        await body.LoadIntoBufferAsync(cancellationToken);
        HttpResponseMessage session = await http.PostAsync(new Uri("/api/session", UriKind.Relative), body, cancellationToken);
        session.EnsureSuccessStatusCode();
        JsonElement answer = await session.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.GetProperty("token").GetString());
        Stream events = await http.GetStreamAsync(new Uri("/api/events", UriKind.Relative), cancellationToken);
        StreamReader lines = new(events);
        while (await lines.ReadLineAsync(cancellationToken) is { } line && !line.StartsWith("{\"ready\"", StringComparison.Ordinal))
        {
            // The first state; a page that is open knows it.
        }

        return new ReadPage(http, events, lines);
    }

    public async ValueTask DisposeAsync()
    {
        await _closed.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _events.DisposeAsync();
        _http.Dispose();
        _closed.Dispose();
    }

    private async Task ReadAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync(_closed.Token) is not null)
        {
            // Whatever is told is read.
        }
    }
}
