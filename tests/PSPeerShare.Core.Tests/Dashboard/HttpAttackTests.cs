using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Dashboard;

/// <summary>A real socket, and requests that no page of ours would send.</summary>
public sealed class HttpAttackTests
{
    public static readonly TheoryData<string, string> Calls = new()
    {
        { "GET", "node" }, { "GET", "peers" }, { "GET", "near" }, { "POST", "peers" }, { "PATCH", "peers/x" }, { "DELETE", "peers/x" }, { "POST", "peers/x/test" },
        { "GET", "tickets" }, { "POST", "tickets" }, { "DELETE", "tickets/x" }, { "POST", "codes" }, { "GET", "handovers" }, { "DELETE", "handovers/x" }, { "GET", "shares" }, { "POST", "shares" }, { "DELETE", "shares?name=x" },
        { "GET", "folders" }, { "GET", "folders/x" }, { "GET", "inbox" }, { "GET", "search" }, { "POST", "fetch" }, { "POST", "send" },
        { "POST", "uploads?name=x" }, { "DELETE", "uploads/x" }, { "GET", "transfers" }, { "DELETE", "transfers" }, { "POST", "jobs/x/stop" }, { "POST", "transfers/x/suspend" }, { "POST", "transfers/x/resume" }, { "POST", "transfers/x/stop" }, { "GET", "events" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Every_call_wants_the_token_the_host_and_the_origin(string method, string path)
    {
        await using Visitor visitor = await Visitor.SignedInAsync();
        HttpMethod verb = new(method);
        Task<HttpResponseMessage> Send(Action<HttpRequestMessage> change) => visitor.SendAsync(verb, "api/" + path, Visitor.Json(new { }), change);

        await Visitor.AssertRefusedAsync(HttpStatusCode.Unauthorized, "NotSignedIn", await Send(r => r.Headers.Authorization = null));
        await Visitor.AssertRefusedAsync(
            HttpStatusCode.Unauthorized, "NotSignedIn", await Send(r => r.Headers.Authorization = new AuthenticationHeaderValue("Bearer", new string('0', 64))));
        await Visitor.AssertRefusedAsync(HttpStatusCode.Forbidden, "OriginRefused", await Send(r =>
        {
            r.Headers.Remove("Origin");
            r.Headers.Add("Origin", "http://evil.example");
        }));
        Assert.Equal(0, visitor.Node.Changes);
    }

    [Theory]
    [InlineData("rebound.example")]
    [InlineData("localhost")]
    [InlineData("[::1]")]
    public async Task A_request_under_another_name_gets_nothing(string host)
    {
        await using Visitor visitor = await Visitor.SignedInAsync();

        string answer = await RawAsync(visitor, $"GET / HTTP/1.1\r\nHost: {host}:{visitor.Port}\r\nConnection: close\r\n\r\n");

        Assert.DoesNotContain("200", answer.Split('\r')[0], StringComparison.Ordinal);
        Assert.DoesNotContain("PSPeerShare</title>", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.0\r\n")]
    [InlineData("HTTP/1.1\r\n")]
    public async Task A_request_without_a_name_gets_nothing(string version)
    {
        await using Visitor visitor = await Visitor.SignedInAsync();

        string answer = await RawAsync(visitor, $"GET / {version}Connection: close\r\n\r\n");

        Assert.DoesNotContain("200", answer.Split('\r')[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_listens_on_one_address_only()
    {
        await using Visitor visitor = new();
        using Socket other = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        SocketException refused = await Assert.ThrowsAsync<SocketException>(() => other.ConnectAsync(IPAddress.Parse("127.0.0.2"), visitor.Port));

        Assert.Equal(SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [Theory]
    [InlineData("/../../../../etc/passwd")]
    [InlineData("/..%2f..%2fetc%2fpasswd")]
    [InlineData("/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/js/../../../etc/passwd")]
    [InlineData("/js/..%5c..%5cindex.html")]
    [InlineData("//etc/passwd")]
    [InlineData("/js%00/main.js")]
    [InlineData("/index.html/")]
    [InlineData("/INDEX.HTML")]
    [InlineData("/js/")]
    public async Task A_path_that_is_no_file_of_the_page_is_nothing(string target)
    {
        await using Visitor visitor = new();

        string answer = await RawAsync(visitor, $"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{visitor.Port}\r\nConnection: close\r\n\r\n");

        Assert.Matches("^HTTP/1.1 (400|404)", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/")]
    [InlineData("PUT", "/index.html")]
    [InlineData("DELETE", "/js/main.js")]
    [InlineData("PUT", "/api/peers")]
    [InlineData("GET", "/api/fetch")]
    [InlineData("GET", "/api/session")]
    [InlineData("DELETE", "/api/node")]
    [InlineData("OPTIONS", "/api/peers")]
    [InlineData("TRACE", "/api/peers")]
    [InlineData("HEAD", "/api/peers")]
    public async Task A_method_that_does_not_belong_there_does_nothing(string method, string path)
    {
        await using Visitor visitor = await Visitor.SignedInAsync();

        HttpResponseMessage answer = await visitor.SendAsync(new HttpMethod(method), path);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(0, visitor.Node.Changes);
    }

    [Fact]
    public async Task A_method_cannot_be_changed_by_a_header_or_the_query()
    {
        await using Visitor visitor = await Visitor.SignedInAsync();

        await visitor.SendAsync(HttpMethod.Get, "api/transfers?_method=DELETE", null, r => r.Headers.Add("X-HTTP-Method-Override", "DELETE"));
        HttpResponseMessage answer = await visitor.SendAsync(
            HttpMethod.Post, $"api/peers/{StagedNode.Other}/test", null, r => r.Headers.Add("X-HTTP-Method-Override", "DELETE"));

        Assert.True(answer.IsSuccessStatusCode);
        Assert.Equal(0, visitor.Node.Changes);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("multipart/form-data")]
    public async Task A_body_that_a_form_could_send_is_refused(string type)
    {
        await using Visitor visitor = await Visitor.SignedInAsync();
        StringContent body = new("{}");
        body.Headers.ContentType = new MediaTypeHeaderValue(type);

        await Visitor.AssertRefusedAsync(HttpStatusCode.UnsupportedMediaType, "TypeRefused", await visitor.SendAsync(HttpMethod.Post, "api/tickets", body));
        Assert.Equal(0, visitor.Node.Changes);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"uses\":\"1\"}")]
    [InlineData("{\"uses\":1e99}")]
    [InlineData("{\"uses\":0}")]
    [InlineData("{\"hours\":1e300}")]
    [InlineData("{\"allow\":[\"admin\"]}")]
    [InlineData("{\"allow\":[null]}")]
    [InlineData("{\"unknown\":1}")]
    [InlineData("{\"Uses\":1}")]
    [InlineData("{\"allow\":[[[[[[[[[[]]]]]]]]]]}")]
    public async Task A_body_that_is_not_what_is_asked_for_changes_nothing(string json)
    {
        await using Visitor visitor = await Visitor.SignedInAsync();

        HttpResponseMessage answer = await visitor.SendAsync(HttpMethod.Post, "api/tickets", new StringContent(json, Encoding.UTF8, "application/json"));

        await Visitor.AssertRefusedAsync(HttpStatusCode.BadRequest, "RequestInvalid", answer);
        Assert.Equal(0, visitor.Node.Changes);
    }

    [Fact]
    public async Task A_body_that_is_too_long_or_has_no_length_is_not_read()
    {
        await using Visitor visitor = await Visitor.SignedInAsync();
        string head = $"POST /api/session HTTP/1.1\r\nHost: 127.0.0.1:{visitor.Port}\r\nOrigin: {visitor.Origin}\r\nContent-Type: application/json\r\n";

        string tooLong = await RawAsync(visitor, head + "Content-Length: 4000000000\r\n\r\n{");
        string noLength = await RawAsync(visitor, head + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n");

        Assert.StartsWith("HTTP/1.1 413", tooLong, StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 411", noLength, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_opens_once_and_a_wrong_one_never()
    {
        await using Visitor visitor = new();
        string code = visitor.NewCode();

        await Visitor.AssertRefusedAsync(HttpStatusCode.Unauthorized, "CodeRefused", await visitor.PostAsync("api/session", new { code = new string('0', 64) }));
        await Visitor.AssertRefusedAsync(HttpStatusCode.Unauthorized, "CodeRefused", await visitor.PostAsync("api/session", new { code = "" }));
        Assert.Equal(HttpStatusCode.OK, (await visitor.PostAsync("api/session", new { code })).StatusCode);
        await Visitor.AssertRefusedAsync(HttpStatusCode.Unauthorized, "CodeRefused", await visitor.PostAsync("api/session", new { code }));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/js/main.js")]
    [InlineData("/css/base.css")]
    [InlineData("/api/peers")]
    [InlineData("/nothing")]
    public async Task Every_answer_has_the_policy_and_no_cookie(string path)
    {
        await using Visitor visitor = await Visitor.SignedInAsync();

        HttpResponseMessage answer = await visitor.SendAsync(HttpMethod.Get, path);

        string policy = string.Join(";", answer.Headers.GetValues("Content-Security-Policy"));
        Assert.StartsWith("default-src 'none'; script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("require-trusted-types-for 'script'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("same-origin", answer.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.Equal("no-referrer", answer.Headers.GetValues("Referrer-Policy").Single());
        Assert.Contains("no-store", answer.Headers.GetValues("Cache-Control").Single(), StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public void The_pages_scripts_make_no_markup_from_text_and_ask_nobody_else()
    {
        foreach (string name in typeof(PageAssets).Assembly.GetManifestResourceNames().Where(n => n.StartsWith("dashboard/", StringComparison.Ordinal)))
        {
            PageAsset asset = PageAssets.Find("/" + name["dashboard/".Length..])!;
            string text = Encoding.UTF8.GetString(asset.Content);
            Assert.DoesNotMatch(@"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|srcdoc|document\.cookie|localStorage", text);
            Assert.DoesNotMatch(@"(https?:)?//(?!www\.w3\.org/2000/svg)[a-z0-9-]+\.[a-z]", text);
        }
    }

    // Sends bytes as they are and reads until the other side has said something and closes, or enough.
    private static async Task<string> RawAsync(Visitor visitor, string request)
    {
        using TcpClient client = new();
        await client.ConnectAsync(IPAddress.Loopback, visitor.Port).Within();
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request)).AsTask().Within();
        byte[] answer = new byte[64 * 1024];
        int count = await stream.ReadAtLeastAsync(answer, 12, throwOnEndOfStream: false).AsTask().Within();
        return Encoding.UTF8.GetString(answer, 0, count);
    }
}
