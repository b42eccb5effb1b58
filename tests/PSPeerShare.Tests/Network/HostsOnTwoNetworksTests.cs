namespace PSPeerShare.Tests.Network;

/// <summary>Two bridges without a route between them, and one host on both that runs a discovery server and a relay.</summary>
public sealed class HostsOnTwoNetworksTests : IDisposable
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly NetworkLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [NetworkFact("stdiscosrv", "strelaysrv")]
    public void Without_a_route_they_find_each_other_by_discovery_server_and_meet_at_the_relay()
    {
        _lab.AddBridge("near");
        _lab.AddBridge("far");
        _lab.AddHost("alpha");
        _lab.Connect("alpha", "near", "10.77.0.1/24");
        _lab.AddHost("delta");
        _lab.Connect("delta", "far", "10.88.0.4/24");
        _lab.AddHost("infra");
        _lab.Connect("infra", "near", "10.77.0.100/24");
        _lab.Connect("infra", "far", "10.88.0.100/24");
        string folder = Directory.CreateDirectory(Path.Combine(_lab.Folder, "infra")).FullName;
        string discovery = _lab.Start(
            "infra", Nothing, "sh", "-c", $"exec stdiscosrv -listen :8443 -cert {folder}/c.pem -key {folder}/k.pem -db-dir {folder}/db 2>&1")
            .WaitForLine("Server device ID is ").Split("Server device ID is ")[1].Trim();
        string relay = _lab.Start("infra", Nothing, "sh", "-c", $"exec strelaysrv -pools= -listen :22067 -status-srv= -keys {folder} 2>&1")
            .WaitForLine("relay://").Split("id=")[1].Split('&')[0].Trim();

        string alpha = Serve("alpha", "10.77.0.100", discovery, relay);
        string delta = Serve("delta", "10.88.0.100", discovery, relay);
        _lab.Run("alpha", $"$null = Add-Peer -NodeId {delta} -Name delta");

        // Both join and announce while this goes on; each attempt says how it went.
        string[] tried = _lab.Run(
            "delta", $"$null = Add-Peer -NodeId {alpha} -Name alpha; " + "foreach ($i in 1..10) { $s = Test-Peer alpha -TimeoutSec 10; \"$($s.Reachable) $($s.Via) $($s.Attempts -join '; ')\"; if ($s.Reachable) { break } }; "
                + $"Find-PeerFile *.txt -Peer alpha -TimeoutSec 20 | Get-PeerFile -Destination '{_lab.Folder}/got' | ForEach-Object {{ \"$($_.Peer) $($_.Status)\" }}");
        Assert.StartsWith("True Relay ", tried[^2], StringComparison.Ordinal);
        Assert.Equal("alpha Completed", tried[^1]);
    }

    private string Serve(string host, string infra, string discovery, string relay)
    {
        Directory.CreateDirectory(Path.Combine(_lab.Folder, host));
        File.WriteAllText(Path.Combine(_lab.Folder, host, $"{host}.txt"), $"from {host}");
        string servers = $"-DiscoveryServer 'https://{infra}:8443/?id={discovery}' -Relay 'relay://{infra}:22067/?id={relay}'";
        return _lab.StartScript(
            host, $"Start-PeerServer '{_lab.Folder}/{host}' -Name {host} {servers} -Wait | ForEach-Object {{ \"ready $($_.NodeId)\" }}")
            .WaitForLine("ready ")["ready ".Length..];
    }
}
