using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Dashboard;

/// <summary>A dashboard over a staged node, and a client that can be a good page or a bad one.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly DashboardServer _server;
    private string? _token;

    public Visitor(StagedNode? node = null, DashboardOptions? options = null)
    {
        Node = node ?? new StagedNode();
        OwnerOnly.EnsureFolder(_folder["home"], PeerError.HomeUnusable);
        Directory.CreateDirectory(_folder["root"]);
        _server = DashboardServer.Start(
            Node, options ?? new DashboardOptions { Roots = [_folder["root"]] }, _folder["home"], TimeProvider.System, EventLog.Null);
        Http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{_server.Port}/"), Timeout = Waiting.Patience };
    }

    public StagedNode Node { get; }

    public HttpClient Http { get; }

    public int Port => _server.Port;

    public string Origin => $"http://127.0.0.1:{Port}";

    /// <summary>The folder that the picker shows.</summary>
    public string Root => _folder["root"];

    public string Home => _folder["home"];

    /// <summary>What a signed-in page sends.</summary>
    public string Authorization => $"Bearer {_token}";

    public string RootId { get; private set; } = "";

    /// <summary>A code as the user gets it.</summary>
    public string NewCode() => _server.Invite([]).Url.Split("#code=")[1];

    public async Task SignInAsync()
    {
        HttpResponseMessage answer = await PostAsync("api/session", new { code = NewCode() });
        _token = (await JsonAsync(answer)).GetProperty("token").GetString();
        JsonElement folders = await JsonAsync(await SendAsync(HttpMethod.Get, "api/folders"));
        RootId = folders.GetProperty("roots")[0].GetProperty("id").GetString()!;
    }

    public static async Task<Visitor> SignedInAsync(StagedNode? node = null, DashboardOptions? options = null)
    {
        Visitor visitor = new(node, options);
        await visitor.SignInAsync();
        return visitor;
    }

    public Task<HttpResponseMessage> PostAsync(string path, object body) => SendAsync(HttpMethod.Post, path, Json(body));

    /// <summary>A body with its length announced, as browsers send it.</summary>
    public static ByteArrayContent Json(object body)
    {
        ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), JsonSerializerOptions.Web));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    public Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content = null, Action<HttpRequestMessage>? change = null)
    {
        HttpRequestMessage request = new(method, path) { Content = content };
        if (method != HttpMethod.Get)
        {
            request.Headers.Add("Origin", Origin);
        }

        if (_token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        }

        change?.Invoke(request);
        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within();
    }

    public static async Task<JsonElement> JsonAsync(HttpResponseMessage answer) =>
        JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

    public static async Task AssertRefusedAsync(HttpStatusCode status, string error, HttpResponseMessage answer)
    {
        string body = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{answer.StatusCode}: {body}");
        Assert.Equal(error, JsonDocument.Parse(body).RootElement.GetProperty("error").GetString());
    }

    /// <summary>Ends the dashboard; the home stays.</summary>
    public ValueTask CloseAsync() => _server.DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await CloseAsync();
        _folder.Dispose();
    }
}
