using System.Net;
using System.Text.Json;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Dashboard;

/// <summary>What is given out: the page sees and withdraws it, by the rules of every other call, and never sees a code.</summary>
public sealed class DashboardCodesTests
{
    private static readonly DateTimeOffset Soon = DateTimeOffset.FromUnixTimeMilliseconds(2_000_000_000_000);

    [Fact]
    public async Task Codes_stand_beside_tickets_and_are_withdrawn_like_them()
    {
        StagedNode node = new();
        node.Tickets.Add(Ticket("0a", isCode: false));
        node.Tickets.Add(Ticket("0b", isCode: true));
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        JsonElement[] tickets = [.. (await GetAsync(visitor, "api/tickets")).GetProperty("tickets").EnumerateArray()];
        Assert.Equal([("0a", false), ("0b", true)], tickets.Select(t => (t.GetProperty("id").GetString()!, t.GetProperty("isCode").GetBoolean())));

        Assert.Equal(HttpStatusCode.OK, (await visitor.SendAsync(HttpMethod.Delete, "api/tickets/0b")).StatusCode);
        Assert.Equal("0a", Assert.Single(node.Tickets).Id);
    }

    [Fact]
    public async Task Files_that_wait_for_their_code_are_listed_and_withdrawn()
    {
        StagedNode node = new();
        node.HandOvers.Add(new HandOverInfo("0c", "photos", 12, 3_000_000, 4711, Soon.AddMinutes(-1), Soon, null));
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        JsonElement listed = Assert.Single((await GetAsync(visitor, "api/handovers")).GetProperty("handOvers").EnumerateArray());

        Assert.Equal(
            ("photos", 12, 4711, Soon.ToUnixTimeMilliseconds()),
            (listed.GetProperty("name").GetString(), listed.GetProperty("files").GetInt32(), listed.GetProperty("port").GetInt32(), listed.GetProperty("expires").GetInt64()));
        Assert.Equal(HttpStatusCode.OK, (await visitor.SendAsync(HttpMethod.Delete, "api/handovers/0c")).StatusCode);
        Assert.Empty(node.HandOvers);
    }

    [Theory]
    [InlineData("GET", "api/handovers")]
    [InlineData("DELETE", "api/handovers/0c")]
    public async Task Without_the_token_none_is_seen_and_none_ends(string method, string path)
    {
        StagedNode node = new();
        node.HandOvers.Add(new HandOverInfo("0c", "photos", 12, 3_000_000, 4711, Soon, Soon, null));
        await using Visitor visitor = new(node);

        await Visitor.AssertRefusedAsync(HttpStatusCode.Unauthorized, "NotSignedIn", await visitor.SendAsync(new HttpMethod(method), path));

        Assert.Single(node.HandOvers);
    }

    [Fact]
    public async Task A_real_node_shows_its_code_without_its_symbols_and_withdraws_it()
    {
        await using TestNode nas = new();
        await nas.StartAsync();
        string code = (await nas.Node.CreateCodeAsync(new TicketOptions(), TestNode.Patience)).Code!;

        TicketInfo listed = Assert.Single(await nas.OpenAgain().GetTicketsAsync(TestNode.Patience));

        Assert.True(listed is { IsCode: true, Code: null, Ticket: "" });
        Assert.DoesNotContain(code, $"{listed}", StringComparison.Ordinal);
        await nas.Node.RevokeTicketAsync(listed.Id, TestNode.Patience);
        Assert.Empty(await nas.Node.GetTicketsAsync(TestNode.Patience));
    }

    private static TicketInfo Ticket(string id, bool isCode) =>
        new(id, "", null, null, null, PeerRights.Browse, 1, 1, null, null, Soon.AddMinutes(-1), Soon, TicketState.Open) { IsCode = isCode };

    private static async Task<JsonElement> GetAsync(Visitor visitor, string path) => await Visitor.JsonAsync(await visitor.SendAsync(HttpMethod.Get, path));
}
