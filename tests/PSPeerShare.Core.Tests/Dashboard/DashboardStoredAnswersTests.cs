using System.Text.Json;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Tests.Dashboard;

/// <summary>A search of the page asks for what Find-PeerFile asks for: also what peers that are off line have announced.</summary>
public sealed class DashboardStoredAnswersTests
{
    [Fact]
    public async Task What_a_peer_that_is_away_has_announced_is_found_and_says_of_when_it_is()
    {
        DateTimeOffset then = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000);
        StagedNode node = new();
        node.Files.Add(StagedNode.File("here.txt"));
        node.Files.Add(StagedNode.File("away.txt") with { IsOnline = false, AsOf = then });
        await using Visitor visitor = await Visitor.SignedInAsync(node);

        string raw = await (await visitor.SendAsync(HttpMethod.Get, "api/search")).Content.ReadAsStringAsync();

        Assert.Equal(StoredAnswers.WhenOffline, node.Searched!.Stored);
        JsonElement[] files = [.. raw.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)
            .Where(l => l.TryGetProperty("file", out _)).Select(l => l.GetProperty("file"))];
        Assert.Equal([true, false], files.Select(f => f.GetProperty("isOnline").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, files[0].GetProperty("asOf").ValueKind);
        Assert.Equal(then.ToUnixTimeMilliseconds(), files[1].GetProperty("asOf").GetInt64());
    }
}
