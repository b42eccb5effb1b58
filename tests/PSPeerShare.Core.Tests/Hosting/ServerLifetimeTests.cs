using System.Net;
using System.Net.Sockets;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hosting;

/// <summary>One home, one node: starting it, finding it, stopping it, from this process and from others.</summary>
public sealed class ServerLifetimeTests : IAsyncLifetime
{
    private readonly TestNode _node = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task A_running_node_says_what_it_does()
    {
        Assert.Null(await _node.Node.GetServerAsync(TestNode.Patience));
        DateTimeOffset before = DateTimeOffset.UtcNow;

        ServerInfo started = await _node.StartAsync(new ServerOptions { Paths = [_node.Folder("docs")], Inbox = _node["inbox"], Name = "nas01" });

        Assert.Equal(
            ("nas01", _node.Node.GetIdentity().NodeId, ServerState.Running, _node["inbox"], Environment.ProcessId),
            (started.Name, started.NodeId, started.State, started.Inbox, started.ProcessId));
        Assert.Equal([$"127.0.0.1:{started.Port}"], started.Endpoints);
        Assert.Equal("docs", Assert.Single(started.Shares).Name);
        Assert.InRange(started.StartTime, before, DateTimeOffset.UtcNow);
        Assert.True(Directory.Exists(_node["inbox"]));
        Assert.Equal((0, 0L, 0L), (started.Connections, started.BytesSent, started.BytesReceived));
    }

    [Fact]
    public async Task Another_process_of_the_home_sees_the_same_node()
    {
        ServerInfo started = await _node.StartAsync(new ServerOptions { Paths = [_node.Folder("docs")], Inbox = _node["inbox"] });

        ServerInfo seen = (await _node.OpenAgain().GetServerAsync(TestNode.Patience))!;

        Assert.Equal(
            (started.Name, started.NodeId, started.Port, started.Inbox, started.State, started.ProcessId),
            (seen.Name, seen.NodeId, seen.Port, seen.Inbox, seen.State, seen.ProcessId));
        Assert.Equal(started.Endpoints, seen.Endpoints);
        Assert.Equal(started.StartTime.ToUnixTimeMilliseconds(), seen.StartTime.ToUnixTimeMilliseconds());
        Assert.Equal(started.Shares.Select(s => (s.Name, s.Path, s.IsPersistent)), seen.Shares.Select(s => (s.Name, s.Path, s.IsPersistent)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_second_start_is_refused_and_disturbs_nothing(bool fromAnotherProcess)
    {
        ServerInfo first = await _node.StartAsync(_node.Folder("docs"));
        PeerNode second = fromAnotherProcess ? _node.OpenAgain() : _node.Node;

        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(
            () => second.StartServerAsync(new ServerOptions { Port = 0, ListenAddresses = [IPAddress.Loopback] }, TestNode.Patience));

        Assert.Equal((PeerError.ServerAlreadyRunning, _node.Home), (error.Error, error.Target));
        Assert.Contains($"{Environment.ProcessId}", error.Detail, StringComparison.Ordinal);
        ServerInfo still = (await second.GetServerAsync(TestNode.Patience))!;
        Assert.Equal((first.Port, ServerState.Running, 1), (still.Port, still.State, still.Shares.Count));
    }

    [Fact]
    public async Task Of_many_starts_at_once_one_succeeds()
    {
        PeerNode[] processes = [_node.Node, .. Enumerable.Range(0, 4).Select(_ => _node.OpenAgain())];

        Exception?[] outcomes = await Task.WhenAll(processes.Select(async p => await Record.ExceptionAsync(
            () => p.StartServerAsync(new ServerOptions { Port = 0, ListenAddresses = [IPAddress.Loopback] }, TestNode.Patience))));

        Assert.Single(outcomes, o => o is null);
        Assert.All(outcomes.OfType<PeerShareException>(), e => Assert.Equal(PeerError.ServerAlreadyRunning, e.Error));
        Assert.All(await Task.WhenAll(processes.Select(p => p.GetServerAsync(TestNode.Patience))), Assert.NotNull);
    }

    public static TheoryData<string, PeerError> BadStarts => new()
    {
        { "port", PeerError.PortInUse },
        { "address", PeerError.ListenAddressInvalid },
        { "path", PeerError.SharePathNotFound },
        { "twice", PeerError.ShareExists },
        { "inbox", PeerError.DestinationInvalid },
        { "name", PeerError.PeerNameInvalid },
        { "control", PeerError.PeerNameInvalid },
    };

    [Theory]
    [MemberData(nameof(BadStarts))]
    public async Task A_start_that_fails_leaves_the_home_free(string what, PeerError expected)
    {
        using Socket taken = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        string docs = _node.Folder("docs");
        ServerOptions good = new() { Paths = [docs], Port = 0, ListenAddresses = [IPAddress.Loopback] };
        (ServerOptions bad, string target) = what switch
        {
            "port" => (good with { Port = ((IPEndPoint)taken.LocalEndPoint!).Port }, $"{((IPEndPoint)taken.LocalEndPoint!).Port}"),
            "address" => (good with { ListenAddresses = [IPAddress.Parse("192.0.2.1")] }, "192.0.2.1:0"),
            "path" => (good with { Paths = [docs, _node["gone"]] }, _node["gone"]),
            "twice" => (good with { Paths = [docs, _node.Folder("other/DOCS")] }, "docs"),
            "inbox" => (good with { Inbox = _node.Write("file", [1]) }, _node["file"]),
            "name" => (good with { Name = new string('한', 22) }, new string('한', 22)),
            _ => (good with { Name = "a\u001b[2J" }, @"a\u{001B}[2J"),
        };

        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => _node.Node.StartServerAsync(bad, TestNode.Patience));

        Assert.Equal((expected, target), (error.Error, error.Target));
        Assert.Null(await _node.Node.GetServerAsync(TestNode.Patience));
        Assert.Null(await _node.OpenAgain().GetServerAsync(TestNode.Patience));
        Assert.Equal(PeerError.ServerNotRunning, (await Assert.ThrowsAsync<PeerShareException>(() => StopAsync(_node.Node))).Error);
        Assert.Single((await _node.Node.StartServerAsync(good, TestNode.Patience)).Shares);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stopped_node_is_gone_for_every_process_and_can_start_again(bool fromAnotherProcess)
    {
        PeerNode other = _node.OpenAgain();
        await _node.StartAsync(_node.Folder("docs"));
        Task ended = _node.Node.WaitForServerEndAsync(TestNode.Patience);

        await StopAsync(fromAnotherProcess ? other : _node.Node);

        await ended.Within();
        Assert.Null(await _node.Node.GetServerAsync(TestNode.Patience));
        Assert.Null(await other.GetServerAsync(TestNode.Patience));
        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => StopAsync(other));
        Assert.Equal((PeerError.ServerNotRunning, _node.Home), (error.Error, error.Target));
        ServerInfo again = await other.StartServerAsync(new ServerOptions { Port = 0, ListenAddresses = [IPAddress.Loopback] }, TestNode.Patience);
        Assert.Equal(again.Port, (await _node.Node.GetServerAsync(TestNode.Patience))!.Port);
        Assert.Empty(again.Shares);
    }

    [Fact]
    public async Task A_process_that_crashes_frees_the_home()
    {
        using OtherProcess process = OtherProcess.Start(RunServer, _node.Home);
        int port = int.Parse((await process.ReadLineAsync())!, System.Globalization.CultureInfo.InvariantCulture);
        ServerInfo seen = (await _node.Node.GetServerAsync(TestNode.Patience))!;
        Assert.Equal((port, process.Id), (seen.Port, seen.ProcessId));
        Assert.Equal(
            PeerError.ServerAlreadyRunning, (await Assert.ThrowsAsync<PeerShareException>(() => _node.StartAsync())).Error);

        process.Kill();

        Assert.Null(await _node.Node.GetServerAsync(TestNode.Patience));
        await _node.StartAsync();
    }

    [Fact]
    public async Task A_node_in_another_process_is_stopped_from_here()
    {
        using OtherProcess process = OtherProcess.Start(RunServer, _node.Home);
        await process.ReadLineAsync();

        await StopAsync(_node.Node);

        Assert.Equal("ended", await process.ReadLineAsync());
        Assert.Null(await _node.Node.GetServerAsync(TestNode.Patience));
        process.WriteLine("exit");
        await process.FinishAsync();
    }

    [Fact]
    public async Task A_process_that_ends_without_stopping_its_node_ends_and_frees_the_home()
    {
        using OtherProcess process = OtherProcess.Start(RunServer, _node.Home);
        await process.ReadLineAsync();
        await _node.Node.GetServerAsync(TestNode.Patience);

        process.WriteLine("exit");
        await process.FinishAsync();

        Assert.Null(await _node.Node.GetServerAsync(TestNode.Patience));
        await _node.StartAsync();
    }

    [Fact]
    public async Task It_listens_on_both_families_unless_told_otherwise_and_other_processes_find_it_there()
    {
        ServerInfo started = await _node.Node.StartServerAsync(new ServerOptions { Port = 0 }, TestNode.Patience);

        Assert.NotNull(await _node.OpenAgain().GetServerAsync(TestNode.Patience));
        TicketInfo ticket = await _node.Node.NewTicketAsync(new TicketOptions { Addresses = [$"127.0.0.1:{started.Port}", $"[::1]:{started.Port}"] }, TestNode.Patience);
        foreach (IPAddress address in (IPAddress[])[IPAddress.Loopback, IPAddress.IPv6Loopback])
        {
            using Socket caller = new(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            await caller.ConnectAsync(address, started.Port).Within();
        }

        await using TestNode other = new();
        await other.Node.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket }, TestNode.Patience);
        Assert.Contains($"127.0.0.1:{started.Port}", Assert.Single(other.Node.GetPeers()).Addresses);
    }

    [Fact]
    public async Task Waiting_for_a_node_that_does_not_run_here_is_an_error()
    {
        PeerShareException error = await Assert.ThrowsAsync<PeerShareException>(() => _node.Node.WaitForServerEndAsync(TestNode.Patience));

        Assert.Equal((PeerError.ServerNotRunning, _node.Home), (error.Error, error.Target));
    }

    [Fact]
    public async Task Counters_count_payload_from_this_start_on()
    {
        await using NodePair pair = await NodePair.StartWithInboxAsync();
        pair.Server.Write("docs/a.bin", new byte[500_000]);
        await pair.FetchOneAsync("docs/a.bin");
        await pair.PushAsync(new LocalFile(pair.Client.Write("b.bin", new byte[300_000]), "b.bin", 300_000));

        ServerInfo running = (await pair.Server.Node.GetServerAsync(TestNode.Patience))!;
        Assert.Equal((1, 500_000L, 300_000L), (running.Connections, running.BytesSent, running.BytesReceived));

        await StopAsync(pair.Server.Node);
        ServerInfo again = await pair.Server.StartAsync(pair.Server["docs"]);
        Assert.Equal((0L, 0L), (again.BytesSent, again.BytesReceived));
    }

    [Fact]
    public async Task Logs_and_audit_go_where_they_are_wanted()
    {
        string folder = _node["my-logs"];
        _node.Write("docs/a.txt", [1]);
        await _node.StartAsync(new ServerOptions { Paths = [_node["docs"]], LogPath = folder, LogLevel = PSPeerShare.Core.Diagnostics.PeerLogLevel.Debug });
        await using TestNode client = new();
        await _node.BefriendAsync(client);
        await client.FetchAsync(new FetchOptions { Destination = client["in"] }, await client.FindAsync());
        await _node.Node.DisposeAsync();

        string events = string.Concat(Directory.GetFiles(folder, "node-*.json").Select(File.ReadAllText));
        string audit = string.Concat(Directory.GetFiles(folder, "audit-*.json").Select(File.ReadAllText));
        Assert.Contains("NodeStarted", events, StringComparison.Ordinal);
        Assert.Contains("ConnectionAccepted", events, StringComparison.Ordinal);
        Assert.Contains("NodeStopped", events, StringComparison.Ordinal);
        Assert.Contains("docs/a.txt", audit, StringComparison.Ordinal);
        Assert.Contains(client.Node.GetIdentity().NodeId.ToString(), audit, StringComparison.Ordinal);
    }

    private static Task StopAsync(PeerNode node) => node.StopServerAsync(TimeSpan.Zero, force: true, TestNode.Patience);

    private static void RunServer(string[] arguments)
    {
        // Not disposed: what a process leaves behind when it just ends is the matter.
        PeerNode node = PeerNode.Open(arguments[0]);
        ServerInfo server = node.StartServerAsync(new ServerOptions { Port = 0, ListenAddresses = [IPAddress.Loopback] }, TestNode.Patience).Result;
        Console.WriteLine(server.Port);
        node.WaitForServerEndAsync(CancellationToken.None).ContinueWith(_ => Console.WriteLine("ended"), TaskScheduler.Default);
        Console.ReadLine();
    }
}
