using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Storage;

public sealed class RunningNodeTests : IDisposable
{
    private readonly TempFolder temp = new();

    private static RunningNodeRow Own { get; } =
        new(ProcessMark.Current, 22021, "127.0.0.1:22021", "nas01", NodeStoreTests.Now);

    public void Dispose() => temp.Dispose();

    [Fact]
    public async Task A_process_sees_the_node_of_another_one_until_that_is_killed()
    {
        using NodeStore store = NodeStore.Open(temp.Path);
        using OtherProcess other = OtherProcess.Start(ClaimAndWait, temp.Path);
        Assert.Equal("claimed", await other.ReadLineAsync());

        Assert.Equal(other.Id, store.RunningNode.Find()!.Process.Id);
        Assert.Equal(other.Id, store.RunningNode.Claim(Own)!.Process.Id);
        Assert.False(store.RunningNode.Release(ProcessMark.Current));
        Assert.False(store.RunningNode.Update(ProcessMark.Current, 1, "127.0.0.1:1"));

        other.Kill();

        Assert.Null(store.RunningNode.Find());
        Assert.Null(store.RunningNode.Claim(Own));
        Assert.Equal(Own, store.RunningNode.Find());
    }

    [Fact]
    public void A_node_takes_the_home_says_where_it_listens_and_gives_the_home_back()
    {
        using NodeStore store = NodeStore.Open(temp.Path);

        Assert.Null(store.RunningNode.Claim(Own with { Port = 0 }));
        Assert.NotNull(store.RunningNode.Claim(Own));
        Assert.True(store.RunningNode.Update(ProcessMark.Current, 4711, "127.0.0.1:4711"));
        Assert.Equal(Own with { Port = 4711, Endpoint = "127.0.0.1:4711" }, store.RunningNode.Find());
        Assert.True(store.RunningNode.Release(ProcessMark.Current));
        Assert.Null(store.RunningNode.Find());
    }

    [Theory]
    [InlineData(1, "")]
    [InlineData(0, "00000000-0000-0000-0000-000000000000")]
    public void A_process_with_the_same_number_but_another_start_or_boot_is_not_the_node(long laterStart, string otherBoot)
    {
        using NodeStore store = NodeStore.Open(temp.Path);
        ProcessMark gone = ProcessMark.Current with { StartTime = ProcessMark.Current.StartTime + laterStart };
        if (otherBoot.Length > 0)
        {
            gone = gone with { BootId = otherBoot };
        }

        store.RunningNode.Claim(Own with { Process = gone });

        Assert.Null(store.RunningNode.Find());
        Assert.Null(store.RunningNode.Claim(Own));
    }

    [Fact]
    public void Of_many_that_want_the_home_one_gets_it()
    {
        using NodeStore first = NodeStore.Open(temp.Path);
        using NodeStore second = NodeStore.Open(temp.Path);
        int winners = 0;

        Parallel.For(0, 20, i =>
        {
            if ((i % 2 == 0 ? first : second).RunningNode.Claim(Own) is null)
            {
                Interlocked.Increment(ref winners);
            }
        });

        Assert.Equal(1, winners);
    }

    private static void ClaimAndWait(string[] arguments)
    {
        using NodeStore store = NodeStore.Open(arguments[0]);
        store.RunningNode.Claim(Own);
        Console.WriteLine("claimed");
        Console.ReadLine();
    }
}
