using PSPeerShare.Core.Dashboard;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Dashboard;

public sealed class AccessKeysTests
{
    private readonly ManualClock _clock = new();

    [Fact]
    public void A_code_lets_one_page_in_once()
    {
        AccessKeys keys = new(_clock);
        string code = keys.NewCode().Code;

        string token = Assert.IsType<string>(keys.Exchange(code));
        Assert.True(keys.IsToken(token));
        Assert.Null(keys.Exchange(code));
        Assert.False(keys.IsToken(code));
    }

    [Fact]
    public async Task A_code_that_many_use_at_once_has_one_winner()
    {
        AccessKeys keys = new(_clock);
        string code = keys.NewCode().Code;

        string?[] tokens = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => keys.Exchange(code)))).Within();

        Assert.Single(tokens, t => t is not null);
    }

    [Fact]
    public void A_code_is_good_for_ten_minutes()
    {
        AccessKeys keys = new(_clock);
        string early = keys.NewCode().Code;
        string late = keys.NewCode().Code;

        _clock.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));
        Assert.NotNull(keys.Exchange(early));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(keys.Exchange(late));
    }

    [Fact]
    public void Codes_and_pages_are_counted_and_the_oldest_goes()
    {
        AccessKeys keys = new(_clock);
        string first = keys.NewCode().Code;
        string[] codes = [.. Enumerable.Range(0, DashboardLimits.Codes).Select(_ => keys.NewCode().Code)];
        Assert.Null(keys.Exchange(first));

        string token = keys.Exchange(codes[0])!;
        for (int i = 0; i < DashboardLimits.Tokens; i++)
        {
            Assert.True(keys.IsToken(token));
            Assert.NotNull(keys.Exchange(keys.NewCode().Code));
        }

        Assert.False(keys.IsToken(token));
    }

    [Fact]
    public void No_two_secrets_are_alike()
    {
        AccessKeys keys = new(_clock);
        string[] codes = [.. Enumerable.Range(0, 100).Select(_ => keys.NewCode().Code)];

        Assert.Equal(100, codes.Distinct().Count());
        Assert.All(codes, c => Assert.Equal(64, c.Length));
    }
}
