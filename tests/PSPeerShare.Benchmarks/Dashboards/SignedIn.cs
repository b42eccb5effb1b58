using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using PSPeerShare.Core.Dashboard;

namespace PSPeerShare.Benchmarks.Dashboards;

/// <summary>A client of the dashboard's API that is let in.</summary>
internal static class SignedIn
{
    public static async Task<HttpClient> ClientAsync(DashboardInfo dashboard, CancellationToken cancellationToken)
    {
        string origin = $"http://127.0.0.1:{dashboard.Port}";
        HttpClient http = new() { BaseAddress = new Uri(origin) };
        http.DefaultRequestHeaders.Add("Origin", origin);
        JsonElement answer = await PostAsync(http, "session", new { code = dashboard.Url.Split("#code=")[1] }, cancellationToken);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.GetProperty("token").GetString());
        return http;
    }

    /// <summary>A call with a body, whose length the dashboard wants to know before.</summary>
    public static async Task<JsonElement> PostAsync(HttpClient http, string call, object body, CancellationToken cancellationToken)
    {
        using ByteArrayContent content = new(JsonSerializer.SerializeToUtf8Bytes(body, body.GetType(), JsonSerializerOptions.Web));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage answer = await http.PostAsync(new Uri($"/api/{call}", UriKind.Relative), content, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
    }
}
