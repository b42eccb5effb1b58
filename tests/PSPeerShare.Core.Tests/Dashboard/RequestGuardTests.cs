using System.Net;
using PSPeerShare.Core.Dashboard;

namespace PSPeerShare.Core.Tests.Dashboard;

public sealed class RequestGuardTests
{
    private const int Port = 40123;
    private readonly AccessKeys _keys = new(TimeProvider.System);

    private RequestFacts Good(string method = "GET") => new(
        method, "/api/peers", IPAddress.Loopback, $"127.0.0.1:{Port}", $"http://127.0.0.1:{Port}", "same-origin", "cors",
        $"Bearer {_keys.Exchange(_keys.NewCode().Code)}");

    private string? Refusal(RequestFacts request) => new RequestGuard(Port, _keys).Check(request)?.Error;

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    [InlineData("DELETE")]
    public void The_pages_own_calls_pass(string method) => Assert.Null(Refusal(Good(method)));

    [Theory]
    [InlineData("192.0.2.1")]
    [InlineData("10.0.0.1")]
    [InlineData("::ffff:192.0.2.1")]
    [InlineData("fe80::1")]
    [InlineData(null)]
    public void Other_machines_are_refused(string? address) =>
        Assert.Equal("AddressRefused", Refusal(Good() with { Remote = address is null ? null : IPAddress.Parse(address) }));

    [Theory]
    [InlineData("rebound.example:40123")]
    [InlineData("localhost:40123")]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.1:40124")]
    [InlineData("127.0.0.1:40123.rebound.example")]
    [InlineData("127.0.0.1:40123, rebound.example")]
    [InlineData("[::1]:40123")]
    [InlineData("127.1:40123")]
    [InlineData("2130706433:40123")]
    [InlineData("")]
    [InlineData(null)]
    public void Other_names_for_this_address_are_refused(string? host) => Assert.Equal("HostRefused", Refusal(Good() with { Host = host }));

    [Theory]
    [InlineData("https://127.0.0.1:40123")]
    [InlineData("http://127.0.0.1:40124")]
    [InlineData("http://127.0.0.1")]
    [InlineData("http://localhost:40123")]
    [InlineData("http://127.0.0.1:40123.rebound.example")]
    [InlineData("http://example.org")]
    [InlineData("null")]
    [InlineData("")]
    public void Other_pages_are_refused_whatever_they_do(string origin)
    {
        Assert.Equal("OriginRefused", Refusal(Good() with { Origin = origin }));
        Assert.Equal("OriginRefused", Refusal(Good("POST") with { Origin = origin }));
        Assert.Equal("OriginRefused", Refusal(Good() with { Origin = origin, Target = "/" }));
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PATCH")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public void What_may_change_something_has_to_say_where_it_comes_from(string method) =>
        Assert.Equal("OriginRefused", Refusal(Good(method) with { Origin = null }));

    [Theory]
    [InlineData("cross-site", "cors")]
    [InlineData("same-site", "no-cors")]
    [InlineData("none", "navigate")]
    [InlineData("cross-site", "navigate")]
    public void A_browser_that_says_that_another_page_asks_is_believed(string site, string mode) =>
        Assert.Equal("OriginRefused", Refusal(Good() with { Origin = null, FetchSite = site, FetchMode = mode }));

    [Fact]
    public void The_page_can_be_opened_from_anywhere_and_embedded_nowhere()
    {
        RequestFacts page = Good() with { Target = "/", Origin = null, Authorization = null, FetchSite = "cross-site" };

        Assert.Null(Refusal(page with { FetchMode = "navigate" }));
        Assert.Equal("OriginRefused", Refusal(page with { FetchMode = "no-cors" }));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Bearer ")]
    [InlineData("Bearer 0000000000000000000000000000000000000000000000000000000000000000")]
    [InlineData("Basic dXNlcjpwYXNz")]
    [InlineData(null)]
    public void Nobody_gets_in_without_a_token(string? authorization) =>
        Assert.Equal("NotSignedIn", Refusal(Good() with { Authorization = authorization }));

    [Theory]
    [InlineData("/api/session/")]
    [InlineData("/api/session/../peers")]
    [InlineData("/api//session")]
    [InlineData("/API/peers")]
    [InlineData("/Api/session")]
    [InlineData("/api/")]
    public void The_one_call_without_a_token_has_one_spelling(string target) =>
        Assert.Equal("NotSignedIn", Refusal(Good() with { Target = target, Authorization = null }));

    [Fact]
    public void A_token_is_compared_whole()
    {
        string token = Good().Authorization!;

        Assert.Equal("NotSignedIn", Refusal(Good() with { Authorization = token[..^1] }));
        Assert.Equal("NotSignedIn", Refusal(Good() with { Authorization = token + "0" }));
        Assert.Equal("NotSignedIn", Refusal(Good() with { Authorization = token.ToUpperInvariant() }));
    }

    [Fact]
    public void A_very_long_address_is_refused() => Assert.Equal("TargetTooLong", Refusal(Good() with { Target = "/api/" + new string('a', 9000) }));
}
