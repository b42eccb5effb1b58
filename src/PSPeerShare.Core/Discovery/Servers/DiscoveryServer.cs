using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Text.Json;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Discovery.Servers;

/// <summary>
/// A client of Syncthing's global discovery (version 3): tells a server where this node is, and asks where another
/// is. The server is known by its id; what it answers is a hint.
/// </summary>
/// <remarks>Any thread.</remarks>
internal sealed class DiscoveryServer : IDisposable
{
    private const int AnswerBytes = 64 * 1024;
    private const int Addresses = 64;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeastPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MostPause = TimeSpan.FromHours(1);

    private readonly ServerAddress _server;
    private readonly SslStreamCertificateContext _certificate;
    private readonly HttpClient _asking;

    /// <param name="server">Which server.</param>
    /// <param name="certificate">This node's; used to announce and not to ask, because who asks need not be known.</param>
    public DiscoveryServer(ServerAddress server, SslStreamCertificateContext certificate)
    {
        _server = server;
        _certificate = certificate;
        _asking = Client(null);
    }

    public ServerAddress Address => _server;

    /// <summary>Says where this node is.</summary>
    /// <returns>When to say it again.</returns>
    /// <exception cref="HttpRequestException">It did not take it.</exception>
    public async Task<TimeSpan> AnnounceAsync(IReadOnlyCollection<string> addresses, CancellationToken cancellationToken)
    {
        // A connection of its own each time: the server keeps none open for so long.
        using HttpClient client = Client(_certificate);
        using ByteArrayContent body = new(JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string[]> { ["addresses"] = [.. addresses] }));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using HttpResponseMessage answer = await client.PostAsync(Url(""), body, cancellationToken);
        answer.EnsureSuccessStatusCode();
        return Pause(answer, "Reannounce-After", TimeSpan.FromMinutes(30));
    }

    /// <summary>What a node says where it is; nothing for one that is not known.</summary>
    /// <exception cref="HttpRequestException">The server could not be asked, or answered something else.</exception>
    public async Task<IReadOnlyList<string>> LookUpAsync(NodeId nodeId, CancellationToken cancellationToken)
    {
        using HttpResponseMessage answer = await _asking.GetAsync(Url($"?device={nodeId}"), cancellationToken);
        if (answer.StatusCode == HttpStatusCode.NotFound)
        {
            return [];
        }

        answer.EnsureSuccessStatusCode();
        try
        {
            using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellationToken));
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("addresses", out JsonElement list) && list.ValueKind == JsonValueKind.Array
                ? [.. list.EnumerateArray().Take(Addresses).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)]
                : [];
        }
        catch (JsonException e)
        {
            throw new HttpRequestException("the discovery server's answer cannot be read", e);
        }
    }

    public void Dispose() => _asking.Dispose();

    private HttpClient Client(SslStreamCertificateContext? certificate) => new(new SocketsHttpHandler
    {
        SslOptions = PinnedTls.Options(_server, certificate),
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        ConnectTimeout = Patience,
        PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5),
    })
    {
        Timeout = Patience,
        MaxResponseContentBufferSize = AnswerBytes,
    };

    private Uri Url(string query) => new UriBuilder("https", _server.Host, _server.Port, "/v2/", query).Uri;

    private static TimeSpan Pause(HttpResponseMessage answer, string header, TimeSpan otherwise) =>
        answer.Headers.TryGetValues(header, out IEnumerable<string>? values)
        && int.TryParse(values.FirstOrDefault(), System.Globalization.CultureInfo.InvariantCulture, out int seconds)
            ? TimeSpan.FromSeconds(Math.Clamp(seconds, (int)LeastPause.TotalSeconds, (int)MostPause.TotalSeconds))
            : otherwise;
}
