using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace PSPeerShare.Core.Dashboard;

/// <summary>One request and its answer: bounded reading, JSON both ways, and the headers that every answer has.</summary>
internal sealed class ApiCall(HttpListenerContext context)
{
    // What runs in the page is what this assembly holds; it speaks to this origin only and makes no markup from text.
    private const string ContentPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        PropertyNameCaseInsensitive = false,
        MaxDepth = 8,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private Dictionary<string, string>? _query;

    public RequestFacts Facts { get; } = new(
        context.Request.HttpMethod,
        context.Request.RawUrl ?? "",
        context.Request.RemoteEndPoint?.Address,
        context.Request.Headers["Host"],
        context.Request.Headers["Origin"],
        context.Request.Headers["Sec-Fetch-Site"],
        context.Request.Headers["Sec-Fetch-Mode"],
        context.Request.Headers["Authorization"]);

    public string Method => Facts.Method;

    public string Path { get; } = RequestGuard.PathOf(context.Request.RawUrl ?? "");

    /// <summary>What a route's placeholders stand for.</summary>
    public IReadOnlyList<string> Parameters { get; set; } = [];

    /// <summary>Bytes of the body, or a negative number when they are not announced.</summary>
    public long BodyLength => context.Request.ContentLength64;

    public Stream Body => context.Request.InputStream;

    /// <summary>Whether the answer is on its way, so that it cannot become another one.</summary>
    public bool HasBegun { get; private set; }

    public void SetDefaults()
    {
        WebHeaderCollection headers = context.Response.Headers;
        headers["Content-Security-Policy"] = ContentPolicy;
        headers["X-Content-Type-Options"] = "nosniff";
        headers["X-Frame-Options"] = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cache-Control"] = "no-store";
    }

    /// <summary>Refuses other methods.</summary>
    public void Require(string method)
    {
        if (Method != method)
        {
            context.Response.Headers["Allow"] = method;
            throw new ApiFaultException(405, "MethodRefused", $"This takes {method}.");
        }
    }

    /// <summary>One value of the query; null when it is not there.</summary>
    public string? Query(string name) => (_query ??= ParseQuery(Facts.Target)).GetValueOrDefault(name) is { Length: > 0 } value ? value : null;

    /// <summary>Reads a JSON body.</summary>
    /// <exception cref="ApiFaultException">It is too long, comes too slowly, or is not what the call takes.</exception>
    public async Task<T> ReadAsync<T>(int maximumBytes)
    {
        if (context.Request.ContentType?.Split(';')[0].Trim() is not "application/json")
        {
            throw new ApiFaultException(415, "TypeRefused", "The body has to be JSON.");
        }

        byte[] body = new byte[CheckedLength(maximumBytes)];
        using (Watch(DashboardLimits.BodyPatience))
        {
            await Body.ReadExactlyAsync(body);
        }

        try
        {
            return JsonSerializer.Deserialize<T>(body, Json) ?? throw ApiFaultException.Invalid("The body is empty.");
        }
        catch (JsonException e)
        {
            throw ApiFaultException.Invalid($"The body is not what this call takes, at {e.Path}.");
        }
    }

    /// <summary>The announced length of the body.</summary>
    public long CheckedLength(long maximumBytes) => BodyLength switch
    {
        < 0 => throw new ApiFaultException(411, "LengthRequired", "The body's length has to be announced."),
        var length when length > maximumBytes => throw new ApiFaultException(413, "TooLarge", $"The body may have {maximumBytes} bytes."),
        var length => length,
    };

    /// <summary>Cuts the connection unless the result is disposed in time. Only that ends a read that waits.</summary>
    public IDisposable Watch(TimeSpan patience) => new Timer(_ => Abort(), null, patience, Timeout.InfiniteTimeSpan);

    public Task AnswerAsync(object value, int status = 200) =>
        AnswerAsync(JsonSerializer.SerializeToUtf8Bytes(value, value.GetType(), Json), "application/json; charset=utf-8", status);

    public Task AnswerAsync(PageAsset asset) => AnswerAsync(asset.Content, asset.Type, 200);

    /// <summary>Says why not.</summary>
    public Task RefuseAsync(ApiFault fault)
    {
        if (HasBegun)
        {
            Abort();
            return Task.CompletedTask;
        }

        // What was not read of a body need not be read to say no.
        context.Response.KeepAlive = !context.Request.HasEntityBody;
        return AnswerAsync(new { error = fault.Error, message = fault.Message, action = fault.Action }, fault.Status);
    }

    /// <summary>Begins an answer that goes on for a while.</summary>
    public ApiStream BeginStream(string type)
    {
        HasBegun = true;
        context.Response.ContentType = type;
        context.Response.SendChunked = true;
        return new ApiStream(context.Response.OutputStream, this);
    }

    public void Abort()
    {
        try
        {
            context.Response.Abort();
        }
        catch (ObjectDisposedException)
        {
            // It is gone already.
        }
    }

    private async Task AnswerAsync(byte[] content, string type, int status)
    {
        HasBegun = true;
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength64 = content.Length;
        using (Watch(DashboardLimits.WritePatience))
        {
            if (Method != "HEAD")
            {
                await context.Response.OutputStream.WriteAsync(content);
            }

            context.Response.Close();
        }
    }

    private static Dictionary<string, string> ParseQuery(string target)
    {
        Dictionary<string, string> values = new(StringComparer.Ordinal);
        int start = target.IndexOf('?', StringComparison.Ordinal);
        foreach (string pair in start < 0 ? [] : target[(start + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            string value = parts.Length == 2 ? Uri.UnescapeDataString(parts[1].Replace('+', ' ')) : "";
            if (!values.TryAdd(Uri.UnescapeDataString(parts[0]), value))
            {
                throw ApiFaultException.Invalid($"{parts[0]} is given twice.");
            }
        }

        return values;
    }
}
