using PSPeerShare.Core.Hosting;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Storage;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Hosting;

public sealed class LeavingTests
{
    [Fact]
    public async Task A_session_of_powershell_that_ends_says_goodbye_and_is_not_logged_as_cut_off()
    {
        await using NodePair pair = await NodePair.StartAsync();
        pair.Server.Write("docs/a.txt", "a"u8.ToArray());
        string node = pair.ClientId.ToString();

        using OtherProcess session = OtherProcess.Start(Search, pair.Client.Home);
        Assert.Equal("docs/a.txt", await session.FinishAsync());

        string[] closed = [];
        await Waiting.UntilAsync(() => (closed = [.. Log(pair.Server.Home).Where(line => IsEndOf(line, node))]).Length >= 2);

        // The one in which it was introduced, and the one of the search.
        Assert.All(closed, line => Assert.Contains("\"Reason\":\"Normal\"", line, StringComparison.Ordinal));
    }

    private static bool IsEndOf(string line, string node) =>
        line.Contains("ConnectionClosed", StringComparison.Ordinal) && line.Contains(node, StringComparison.Ordinal);

    private static IEnumerable<string> Log(string home) =>
        Directory.GetFiles(HomeFolder.Logs(home), "node-*.json").SelectMany(AuditFiles.ReadShared);

    // It leaves as a script does: with its sessions open, and without a word.
    private static void Search(string[] arguments) => Task.Run(async () =>
    {
        Environment.SetEnvironmentVariable(DiscoveryScope.Variable, "Off");
        Environment.SetEnvironmentVariable(HomeFolder.Variable, arguments[0]);
        await foreach (SearchResult result in PeerNode.ForCurrentHome().FindFilesAsync(new FindOptions(), TestNode.Patience))
        {
            Console.WriteLine(result.File?.SharePath ?? result.Failure!.ToString());
        }
    }).GetAwaiter().GetResult();
}
