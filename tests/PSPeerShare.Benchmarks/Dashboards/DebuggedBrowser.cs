using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>A headless Chromium with one page, asked by its own debugging protocol.</summary>
internal sealed class DebuggedBrowser : IAsyncDisposable
{
    private static readonly string[] s_candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly Process _process;
    private readonly DirectoryInfo _profile;
    private readonly ClientWebSocket _socket = new();
    private int _calls;

    private DebuggedBrowser(Process process, DirectoryInfo profile)
    {
        _process = process;
        _profile = profile;
    }

    /// <summary>Where it is; null when it is not installed.</summary>
    public static string? Path { get; } = Array.Find(s_candidates, File.Exists);

    /// <summary>Opens a page and waits until it knows everything.</summary>
    public static async Task<DebuggedBrowser> OpenAsync(string url, CancellationToken cancellationToken)
    {
        DirectoryInfo profile = Directory.CreateTempSubdirectory("pspeershare-bench-profile-");
        ProcessStartInfo start = new(Path!) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (string argument in (string[])
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
                "--disable-sync", "--window-size=1280,800", $"--user-data-dir={profile.FullName}", "--remote-debugging-port=0", url,
            ])
        {
            start.ArgumentList.Add(argument);
        }

        DebuggedBrowser browser = new(Process.Start(start)!, profile);
        string? line;
        do
        {
            line = await browser._process.StandardError.ReadLineAsync(cancellationToken) ?? throw new InvalidOperationException("the browser ended");
        }
        while (!line.Contains("ws://", StringComparison.Ordinal));

        // Nobody reads the rest; a full pipe would stop it.
        _ = browser._process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        _ = browser._process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
        await browser.AttachAsync(new Uri(line[line.IndexOf("ws://", StringComparison.Ordinal)..]), cancellationToken);
        await browser.UntilReadyAsync(cancellationToken);
        return browser;
    }

    /// <summary>The browser's main process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Goes to another page in the same tab.</summary>
    public Task GoAsync(string address, CancellationToken cancellationToken) => CallAsync("Page.navigate", new { url = address }, cancellationToken);

    /// <summary>Waits until the dashboard's page knows everything.</summary>
    public Task UntilReadyAsync(CancellationToken cancellationToken) => WaitAsync(
        "new Promise(async (done) => { const { state } = await import('/js/state.js'); const wait = () => state.isReady ? done(1) : setTimeout(wait, 50); wait(); })",
        cancellationToken);

    /// <summary>Evaluates an expression in the page and waits for its promise.</summary>
    public async Task<JsonElement> EvaluateAsync(string expression, CancellationToken cancellationToken)
    {
        JsonElement result = await CallAsync("Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true }, cancellationToken);
        return result.TryGetProperty("exceptionDetails", out JsonElement failure)
            ? throw new InvalidOperationException(failure.ToString())
            : result.GetProperty("result").TryGetProperty("value", out JsonElement value) ? value : default;
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        for (int attempt = 0; attempt < 20 && _profile.Exists; attempt++)
        {
            try
            {
                _profile.Delete(recursive: true);
                return;
            }
            catch (IOException)
            {
                // A helper of the browser still writes.
                await Task.Delay(50);
                _profile.Refresh();
            }
        }
    }

    private async Task<JsonElement> CallAsync(string method, object parameters, CancellationToken cancellationToken)
    {
        int id = ++_calls;
        object call = new { id, method, @params = parameters };
        await _socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(call), WebSocketMessageType.Text, true, cancellationToken);
        while (true)
        {
            JsonElement message = await ReceiveAsync(cancellationToken);
            if (message.TryGetProperty("id", out JsonElement answered) && answered.GetInt32() == id)
            {
                return message.TryGetProperty("result", out JsonElement result) ? result : throw new InvalidOperationException(message.ToString());
            }
        }
    }

    // A page that is still being opened forgets what it was asked.
    private async Task WaitAsync(string expression, CancellationToken cancellationToken)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                await EvaluateAsync(expression, cancellationToken);
                return;
            }
            catch (InvalidOperationException) when (attempt < 40)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    private async Task AttachAsync(Uri browser, CancellationToken cancellationToken)
    {
        using HttpClient http = new();
        while (true)
        {
            JsonElement pages = JsonDocument.Parse(await http.GetStringAsync(new Uri($"http://127.0.0.1:{browser.Port}/json/list"), cancellationToken)).RootElement;
            JsonElement page = pages.EnumerateArray().FirstOrDefault(p =>
                p.GetProperty("type").GetString() == "page" && p.GetProperty("url").GetString()!.StartsWith("http://127.0.0.1", StringComparison.Ordinal));
            if (page.ValueKind == JsonValueKind.Object)
            {
                await _socket.ConnectAsync(new Uri(page.GetProperty("webSocketDebuggerUrl").GetString()!), cancellationToken);
                return;
            }

            await Task.Delay(50, cancellationToken);
        }
    }

    private async Task<JsonElement> ReceiveAsync(CancellationToken cancellationToken)
    {
        byte[] piece = new byte[64 * 1024];
        StringBuilder text = new();
        ValueWebSocketReceiveResult got;
        do
        {
            got = await _socket.ReceiveAsync(piece.AsMemory(), cancellationToken);
            text.Append(Encoding.UTF8.GetString(piece, 0, got.Count));
        }
        while (!got.EndOfMessage);
        return JsonDocument.Parse(text.ToString()).RootElement;
    }
}
