using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Start-, Get- and Stop-PeerServer.</summary>
public sealed class ServerCommandTests : IDisposable
{
    private const string Start = "Start-PeerServer -Port 0 -ListenAddress 127.0.0.1";

    private readonly HostedEngine _engine = new();
    private readonly string _share;

    public ServerCommandTests() => _share = Directory.CreateDirectory(Path.Combine(_engine.Folder, "share")).FullName;

    public void Dispose()
    {
        _engine.Run("Stop-PeerServer -Force -ErrorAction Ignore");
        _engine.Dispose();
    }

    [Fact]
    public void A_server_can_be_started_seen_and_stopped()
    {
        EngineResult result = TwoNodes.Ok(_engine.Run($$"""
            $started = {{Start}} -Path $share -Name here
            $seen = Get-PeerServer
            "$($started.Name) $($started.State) $($started.Port -gt 0) $($started.Shares)"
            $seen.NodeId -eq $started.NodeId -and $seen.Port -eq $started.Port
            $seen.ProcessId -eq $PID
            Stop-PeerServer
            $null -eq (Get-PeerServer)
            """, ("share", _share)));

        Assert.Equal(["here Running True share", "True", "True", "True"], result.Output.Select(line => line.ToString()));
    }

    [Fact]
    public void A_home_has_one_server()
    {
        EngineResult result = _engine.Run(
            $"{Start} | Out-Null; try {{ {Start}; 'went on' }} catch {{ $_.Exception.ErrorId }}");

        Assert.Equal("ServerAlreadyRunning", Assert.Single(result.Output).BaseObject);
    }

    [Fact]
    public void Piped_paths_make_one_server()
    {
        string second = Directory.CreateDirectory(Path.Combine(_engine.Folder, "second")).FullName;

        EngineResult result = TwoNodes.Ok(_engine.Run($"$paths | {Start}", ("paths", new[] { _share, second })));

        Assert.Equal(
            ["second", "share"],
            ((object[])Assert.Single(result.Output).Properties["Shares"].Value).Select(share => share.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_path_that_is_missing_starts_nothing()
    {
        EngineResult result = _engine.Run($"{Start} -Path $share, $missing", ("share", _share), ("missing", _share + "-not"));

        Assert.Equal("PathNotFound", TwoNodes.ErrorId(result));
        Assert.Empty(_engine.Run("Get-PeerServer").Output);
    }

    [Fact]
    public void WhatIf_starts_nothing()
    {
        Assert.Empty(TwoNodes.Ok(_engine.Run($"{Start} -WhatIf; Get-PeerServer")).Output);
    }

    [Fact]
    public void Stopping_what_does_not_run_is_an_error()
    {
        Assert.Equal("ServerNotRunning", TwoNodes.ErrorId(_engine.Run("Stop-PeerServer")));
    }

    [Fact]
    public void A_server_of_another_name_is_not_stopped()
    {
        EngineResult result = _engine.Run($"{Start} -Name here | Out-Null; Stop-PeerServer -Name elsewhere");

        Assert.Equal("ServerNotRunning", TwoNodes.ErrorId(result));
        Assert.Single(_engine.Run("Get-PeerServer h*").Output);
        Assert.Equal("ServerNotRunning", TwoNodes.ErrorId(_engine.Run("Get-PeerServer elsewhere")));
    }

    [Fact]
    public void A_server_can_be_piped_to_its_end()
    {
        EngineResult result = TwoNodes.Ok(_engine.Run($"{Start} | Stop-PeerServer; Get-PeerServer"));

        Assert.Empty(result.Output);
    }

    [Fact]
    public void Importing_the_module_again_does_not_stop_a_server()
    {
        EngineResult result = TwoNodes.Ok(_engine.Run(
            $"$id = ({Start}).NodeId; Import-Module $manifest -Force; Remove-Module PSPeerShare; Import-Module $manifest; (Get-PeerServer).NodeId -eq $id",
            ("manifest", BuiltModule.Manifest)));

        Assert.Equal(true, Assert.Single(result.Output).BaseObject);
    }

    [Fact]
    public void A_taken_port_is_an_error_that_names_it()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;

        EngineResult result = _engine.Run($"Start-PeerServer -ListenAddress 127.0.0.1 -Port {port}");

        Assert.Equal("PortInUse", TwoNodes.ErrorId(result));
        Assert.Contains(port.ToString(System.Globalization.CultureInfo.InvariantCulture), result.Errors[0].ToString(), StringComparison.Ordinal);
    }
}
