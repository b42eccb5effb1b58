namespace PSPeerShare.Tests.Network;

/// <summary>Hosts on one bridge. Nobody is told any address.</summary>
public sealed class HostsOnOneNetworkTests : IDisposable
{
    private readonly NetworkLab _lab = new();

    public HostsOnOneNetworkTests() => _lab.AddBridge("lan");

    public void Dispose() => _lab.Dispose();

    [NetworkFact]
    public void Three_hosts_find_each_other_trust_by_ticket_search_fetch_and_outlive_a_change_of_address()
    {
        foreach ((string host, int number) in new[] { ("alpha", 1), ("beta", 2), ("gamma", 3) })
        {
            _lab.AddHost(host);
            _lab.Connect(host, "lan", $"10.77.0.{number}/24");
        }

        Serve("alpha");
        Serve("beta");

        string[] seen = _lab.Run("gamma", "Find-Peer -TimeoutSec 4 | ForEach-Object { \"$($_.Name) $($_.Trusted) $($_.Addresses -join ' ')\" }");
        Assert.Contains(seen, line => line.StartsWith("alpha False ", StringComparison.Ordinal) && line.Contains("10.77.0.1:22021", StringComparison.Ordinal));
        Assert.Contains(seen, line => line.StartsWith("beta False ", StringComparison.Ordinal) && line.Contains("10.77.0.2:22021", StringComparison.Ordinal));

        string one = Assert.Single(_lab.Run("alpha", "(New-PeerTicket).Ticket"));
        string two = Assert.Single(_lab.Run("beta", "(New-PeerTicket).Ticket"));
        string[] fetched = _lab.Run("gamma", $"$null = Add-Peer -Ticket '{one}'; $null = Add-Peer -Ticket '{two}'; Find-PeerFile *.txt | Get-PeerFile -Destination '{_lab.Folder}/got' -NewName | ForEach-Object {{ \"$($_.Peer) $($_.Status)\" }}");
        Assert.Equal(["alpha Completed", "beta Completed"], fetched.Order(StringComparer.Ordinal));

        _lab.Move("alpha", "eth0", "10.77.0.1/24", "10.77.0.99/24");
        string healed = Assert.Single(_lab.Run(
            "gamma", "$s = Test-Peer alpha -TimeoutSec 10; \"$($s.Reachable) $($s.Via) $($s.ErrorId)\""));
        Assert.Equal("True LocalNetwork ", healed);
    }

    [NetworkFact]
    public void A_catalog_comes_over_the_network_answers_for_a_host_that_is_away_and_catches_up_when_it_is_back()
    {
        foreach ((string host, int number) in new[] { ("alpha", 1), ("beta", 2), ("gamma", 3) })
        {
            _lab.AddHost(host);
            _lab.Connect(host, "lan", $"10.77.0.{number}/24");
        }

        LabProcess leaving = Start("alpha");
        string alpha = IdOf(leaving);
        Serve("beta");
        string one = Assert.Single(_lab.Run("alpha", "(New-PeerTicket).Ticket"));
        string two = Assert.Single(_lab.Run("beta", "(New-PeerTicket).Ticket"));
        _lab.Run("gamma", $"$null = Add-Peer -Ticket '{one}'; $null = Add-Peer -Ticket '{two}'");
        Serve("gamma");
        Assert.Equal(["alpha alpha.txt False", "beta beta.txt False"], WaitForCatalogs("$found.Count -eq 2"));

        leaving.Stop();
        File.Delete(Path.Combine(_lab.Folder, "alpha", "alpha.txt"));
        File.WriteAllText(Path.Combine(_lab.Folder, "alpha", "later.txt"), "later");
        string[] found = _lab.Run(
            "gamma", "Find-PeerFile *.txt -ErrorAction SilentlyContinue | ForEach-Object { \"$($_.Peer) $($_.Name) $($_.Online) $($null -ne $_.AsOf)\" }; exit 0");
        Assert.Equal(["alpha alpha.txt False True", "beta beta.txt True False"], found.Order(StringComparer.Ordinal));

        Assert.Equal(alpha, IdOf(Start("alpha", "later")));
        Assert.Equal(["alpha later.txt False", "beta beta.txt False"], WaitForCatalogs("$found.Name -contains 'later.txt' -and $found.Count -eq 2"));

        // Whole it came once; what happened since, by the numbers of changes.
        Assert.Equal(1, CountEvents("gamma", "CatalogReceived", alpha));
    }

    [NetworkFact("dbus-daemon", "avahi-daemon", "avahi-browse", "avahi-publish", "unshare")]
    public void Avahi_sees_a_node_and_a_node_sees_what_avahi_publishes()
    {
        _lab.AddHost("alpha");
        _lab.Connect("alpha", "lan", "10.77.0.1/24");
        _lab.AddHost("other");
        _lab.Connect("other", "lan", "10.77.0.2/24");
        Dictionary<string, string> bus = new() { ["DBUS_SYSTEM_BUS_ADDRESS"] = $"unix:path={_lab.Folder}/bus" };
        _lab.Start("other", bus, "dbus-daemon", "--session", $"--address=unix:path={_lab.Folder}/bus", "--nofork", "--print-address").WaitForLine("unix:");

        // Its files under /run are its own, so that a daemon of the machine is not disturbed.
        _lab.Start(
            "other", bus, "unshare", "--mount", "sh", "-c",
            "mkdir -p /run/avahi-daemon && mount -t tmpfs tmpfs /run/avahi-daemon && exec avahi-daemon --no-drop-root --no-chroot --no-rlimits 2>&1")
            .WaitForLine("Server startup complete");
        string id = Serve("alpha");

        LabProcess browse = _lab.Start("other", bus, "stdbuf", "-oL", "avahi-browse", "--parsable", "--resolve", "--no-db-lookup", "_pspeershare._tcp");
        string found = browse.WaitForLine($"id={id}");
        Assert.StartsWith("=;", found, StringComparison.Ordinal);
        Assert.Contains(";pspeer-", found, StringComparison.Ordinal);
        Assert.Contains(";22021;", found, StringComparison.Ordinal);

        string guest = Assert.Single(_lab.Run("other", "(Get-PeerIdentity).NodeId"));
        LabProcess publish = _lab.Start(
            "other", bus, "avahi-publish", "--service", "A guest", "_pspeershare._tcp", "4711", "txtvers=1", $"id={guest}", "n=guest", "p=1");

        // avahi announces its addresses one after the other; whoever looks meanwhile sees those that were there.
        string[] seen = [];
        for (int attempt = 0; attempt < 5 && !Array.Exists(seen, line => line.Contains("10.77.0.2:4711", StringComparison.Ordinal)); attempt++)
        {
            seen = _lab.Run("alpha", "Find-Peer guest -TimeoutSec 6 | ForEach-Object { \"$($_.NodeId) $($_.Addresses -join ' ')\" }");
        }

        Assert.Contains("10.77.0.2:4711", Assert.Single(seen, line => line.StartsWith(guest, StringComparison.Ordinal)), StringComparison.Ordinal);
        publish.Stop();
    }

    private string Serve(string host) => IdOf(Start(host, host));

    private LabProcess Start(string host, string? file = null)
    {
        Directory.CreateDirectory(Path.Combine(_lab.Folder, host));
        File.WriteAllText(Path.Combine(_lab.Folder, host, $"{file ?? host}.txt"), $"from {host}");
        return _lab.StartScript(
            host, $"Start-PeerServer '{_lab.Folder}/{host}' -Name {host} -Wait | ForEach-Object {{ \"ready $($_.NodeId)\" }}");
    }

    private static string IdOf(LabProcess server) => server.WaitForLine("ready ")["ready ".Length..];

    /// <summary>What gamma has of others' catalogs, once that is as it should be.</summary>
    private string[] WaitForCatalogs(string isWanted) => [.. _lab.Run(
        "gamma",
        $"foreach ($i in 1..80) {{ $found = @(Find-PeerFile *.txt -Cached); if ({isWanted}) {{ break }}; [Threading.Thread]::Sleep(500) }}; "
            + "$found | ForEach-Object { \"$($_.Peer) $($_.Name) $($_.Online)\" }").Order(StringComparer.Ordinal)];

    private int CountEvents(string host, string name, string about) => Directory.GetFiles(Path.Combine(_lab.Folder, $"{host}-home", "logs"), "*.json")
        .SelectMany(ReadShared)
        .Count(line => line.Contains(name, StringComparison.Ordinal) && line.Contains(about, StringComparison.Ordinal));

    // Who writes it goes on writing.
    private static string[] ReadShared(string path)
    {
        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n');
    }
}
