using System.Security.Cryptography;
using System.Text;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Tests.Protocol;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>
/// P1, P7: names that reach a node as text, since somebody was made to type or paste them, or a program passed on what
/// it was told. Wherever they go in, what lies outside stays as it is.
/// </summary>
public sealed class HostileNamesTypedTests : IAsyncLifetime
{
    private NodePair _pair = null!;
    private Dictionary<string, string> _before = [];

    public async Task InitializeAsync()
    {
        _pair = await NodePair.StartWithInboxAsync();
        _pair.Server.Write("docs/a.txt", "a"u8.ToArray());
        foreach (TestNode node in (TestNode[])[_pair.Server, _pair.Client])
        {
            node.Write("passwd", "canary"u8.ToArray());
            node.Write("etc/passwd", "canary"u8.ToArray());
            node.Write(".ssh/authorized_keys", "canary"u8.ToArray());
        }

        _before = Canaries();
    }

    public async Task DisposeAsync() => await _pair.DisposeAsync();

    [Fact]
    public async Task More_than_two_thousand_of_them_lead_nowhere_by_any_way_in()
    {
        string[] names = [.. HostileSegments.Refused().Select(Encoding.UTF8.GetString).Concat(HostileSegments.Lookalikes()).Distinct()
            .SelectMany(name => (string[])[name, $"docs/{name}", $"{name}/passwd", $"docs/{name}/passwd", $"docs/a/{name}/b/c.txt"])];
        Assert.True(names.Length >= 2000, $"{names.Length}");
        int refused = 0;
        foreach (string name in names)
        {
            refused += await TryAsync(() => _pair.Server.Node.NewTicketAsync(new TicketOptions { Path = name }, TestNode.Patience));
            refused += await TryAsync(() => _pair.Server.Node.CreateCodeAsync(new TicketOptions { Share = name }, TestNode.Patience));
            refused += await TryAsync(() => _pair.Server.Node.AddShareAsync(
                new ShareOptions { Path = _pair.Server["docs"], Name = name }, TestNode.Patience));
            refused += await TryAsync(() => Task.Run(() => PushOptions.ParseDestination(name)));
            refused += await TryAsync(() => ExpandAsync(name));
        }

        // As a program would make files of them.
        List<TransferInfo> fetched = await _pair.Client.FetchAsync(_pair.In(), names.Select(name => new RemoteFile(
            name.Split('/')[^1], name, name.Split('/')[0], 1, DateTimeOffset.UnixEpoch, null, "server", _pair.ServerId)));
        Assert.Equal(names.Length, fetched.Count);
        Assert.All(fetched, result => Assert.NotNull(result.Error));
        Assert.True(refused > names.Length, $"{refused} refusals");
        Assert.Equal(_before, Canaries());
        NodePair.AssertHolds(_pair.Client["in"]);
        Assert.All(
            _pair.Server.Node.GetTickets().Where(ticket => ticket.Path is not null),
            ticket => Assert.All(ticket.Path!.Split('/'), segment => Assert.Equal(Core.Protocol.WireNameFault.None, Core.Protocol.WirePathSegment.Check(segment, out _))));
    }

    private async Task ExpandAsync(string name)
    {
        await foreach (RemoteFile file in _pair.Client.Node.ExpandAsync(_pair.Peer, name, recurse: false, TestNode.Patience))
        {
            Assert.Fail($"{file.SharePath} was found by a hostile name");
        }
    }

    private static async Task<int> TryAsync(Func<Task> act)
    {
        try
        {
            await act();
            return 0;
        }
        catch (PeerShareException)
        {
            return 1;
        }
    }

    private Dictionary<string, string> Canaries() => ((TestNode[])[_pair.Server, _pair.Client])
        .SelectMany(node => Directory.GetFiles(Path.GetDirectoryName(node.Home)!, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Where(file => !file.StartsWith(node.Home, StringComparison.Ordinal)))
        .ToDictionary(file => file, file => $"{Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))} {File.GetLastWriteTimeUtc(file):O}");
}
