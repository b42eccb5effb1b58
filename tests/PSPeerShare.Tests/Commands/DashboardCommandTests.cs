using System.Management.Automation;
using System.Net;
using System.Net.Sockets;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Show-PeerDashboard.</summary>
public sealed class DashboardCommandTests : IDisposable
{
    private const string Start = "Start-PeerServer -Port 0 -ListenAddress 127.0.0.1 | Out-Null;";

    private readonly HostedEngine _engine = new();

    public void Dispose()
    {
        _engine.Run("Stop-PeerServer -Force -ErrorAction Ignore");
        _engine.Dispose();
    }

    [Fact]
    public async Task It_writes_an_address_that_answers_and_the_command_for_another_machine()
    {
        PSObject dashboard = Assert.Single(TwoNodes.Ok(_engine.Run($"{Start} Show-PeerDashboard -NoBrowser -Root $root", ("root", _engine.Folder))).Output);
        int port = (int)dashboard.Properties["Port"].Value;
        string url = (string)dashboard.Properties["Url"].Value;

        Assert.Matches($"^http://127\\.0\\.0\\.1:{port}/#code=[0-9a-f]{{64}}$", url);
        Assert.StartsWith($"ssh -L {port}:127.0.0.1:{port} ", (string)dashboard.Properties["TunnelCommand"].Value, StringComparison.Ordinal);
        Assert.Equal([_engine.Folder], (string[])dashboard.Properties["Roots"].Value);
        using HttpClient http = new();
        Assert.Contains("<title>PSPeerShare</title>", await http.GetStringAsync(new Uri(url)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_second_call_gives_another_address_of_the_same_page()
    {
        EngineResult result = TwoNodes.Ok(_engine.Run(
            $"{Start} $a = Show-PeerDashboard -NoBrowser; $b = Show-PeerDashboard -NoBrowser; $a.Port -eq $b.Port; $a.Url -ne $b.Url"));

        Assert.Equal(["True", "True"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void A_port_that_is_taken_is_an_error()
    {
        using TcpListener taken = new(IPAddress.Loopback, 0);
        taken.Start();
        int port = ((IPEndPoint)taken.LocalEndpoint).Port;

        EngineResult result = _engine.Run(
            $"{Start} try {{ Show-PeerDashboard -NoBrowser -Port {port}; 'went on' }} catch {{ $_.Exception.ErrorId; $_.TargetObject }}");

        Assert.Equal(["PortInUse", $"{port}"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void A_node_is_started_when_none_runs_whoever_has_the_usual_port()
    {
        using TcpListener? taken = TryTake(22021);

        EngineResult result = TwoNodes.Ok(_engine.Run(
            "$before = Get-PeerServer; $d = Show-PeerDashboard -NoBrowser; $s = Get-PeerServer;"
            + " $null -eq $before; $s.State; $s.Port -eq 22021; $null -eq (Show-PeerDashboard -NoBrowser -WhatIf)"));

        Assert.Equal(["True", "Running", "False", "True"], result.Output.Select(o => o.ToString()));
    }

    [Fact]
    public void Without_a_browser_it_says_how_to_open_the_page_and_goes_on()
    {
        string? display = Environment.GetEnvironmentVariable("DISPLAY"), wayland = Environment.GetEnvironmentVariable("WAYLAND_DISPLAY");
        Environment.SetEnvironmentVariable("DISPLAY", null);
        Environment.SetEnvironmentVariable("WAYLAND_DISPLAY", null);
        try
        {
            EngineResult result = TwoNodes.Ok(_engine.Run($"{Start} Show-PeerDashboard"));

            PSObject dashboard = Assert.Single(result.Output);
            if (OperatingSystem.IsLinux())
            {
                string warning = Assert.Single(result.Warnings);
                Assert.Contains("No browser could be opened here", warning, StringComparison.Ordinal);
                Assert.Contains((string)dashboard.Properties["TunnelCommand"].Value, warning, StringComparison.Ordinal);
            }
        }
        finally
        {
            Environment.SetEnvironmentVariable("DISPLAY", display);
            Environment.SetEnvironmentVariable("WAYLAND_DISPLAY", wayland);
        }
    }

    [Fact]
    public void A_folder_that_is_missing_is_an_error()
    {
        EngineResult result = _engine.Run($"{Start} try {{ Show-PeerDashboard -NoBrowser -Root /no/such/folder; 'went on' }} catch {{ $_.Exception.ErrorId }}");

        Assert.Equal("PathNotFound", Assert.Single(result.Output).ToString());
    }

    // Somebody else may have it already.
    private static TcpListener? TryTake(int port)
    {
        TcpListener listener = new(IPAddress.Any, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException)
        {
            listener.Dispose();
            return null;
        }
    }
}
