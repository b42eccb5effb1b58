using System.Runtime.InteropServices;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Start-PeerServer -Wait in a process of its own, as a service runs it.</summary>
public sealed class ForegroundServerTests : IDisposable
{
    private const string Serve = "Start-PeerServer -Port 0 -ListenAddress 127.0.0.1 -Name service -Wait | ForEach-Object { \"port $($_.Port)\" }; 'ended'";

    private readonly HostedEngine _engine = new();

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void It_is_seen_and_stopped_from_another_process()
    {
        using ShellProcess service = ShellProcess.Start(_engine.Home, ["-Command", Serve]);
        string port = service.WaitForLine("port ")["port ".Length..];

        EngineResult seen = TwoNodes.Ok(_engine.Run("$s = Get-PeerServer; \"$($s.Port) $($s.ProcessId -ne $PID)\"; Stop-PeerServer; $null -eq (Get-PeerServer)"));

        Assert.Equal([$"{port} True", "True"], seen.Output.Select(line => line.ToString()));
        ShellResult result = service.Finish();
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("ended", result.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(PosixSignal.SIGTERM)]
    [InlineData(PosixSignal.SIGINT)]
    public void A_signal_stops_the_server_before_the_process_ends(PosixSignal signal)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        using ShellProcess service = ShellProcess.Start(_engine.Home, ["-Command", Serve]);
        service.WaitForLine("port ");
        service.Signal(signal);
        service.Finish();

        // A server that was cut off would leave its entry behind; one that stopped does not.
        EngineResult again = TwoNodes.Ok(_engine.Run("@(Get-PeerServer).Count; Start-PeerServer -Port 0 -ListenAddress 127.0.0.1 | Out-Null; Stop-PeerServer"));
        Assert.Equal(0, again.Output[0].BaseObject);
    }

    [Fact]
    public void Tickets_shares_and_peers_of_another_process_count_at_once()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_engine.Folder, "late")).FullName;
        File.WriteAllText(Path.Combine(folder, "late.txt"), "late");
        using ShellProcess service = ShellProcess.Start(_engine.Home, ["-Command", Serve]);
        service.WaitForLine("port ");

        EngineResult result = TwoNodes.Ok(_engine.Run("""
            $serviceHome = $env:PSPEERSHARE_HOME
            $ticket = New-PeerTicket
            $null = Add-PeerShare $folder
            $env:PSPEERSHARE_HOME = "$serviceHome-laptop"
            $null = Add-Peer "$ticket"
            "$(Find-PeerFile)"
            $env:PSPEERSHARE_HOME = $serviceHome
            Get-Peer | Remove-Peer
            $env:PSPEERSHARE_HOME = "$serviceHome-laptop"
            try { Find-PeerFile -ErrorAction Stop } catch { $_.Exception.ErrorId }
            $env:PSPEERSHARE_HOME = $serviceHome
            Stop-PeerServer
            """, ("folder", folder)));

        Assert.Equal(["late/late.txt", "NotTrustedByPeer"], result.Output.Select(line => line.ToString()));
        Assert.Equal(0, service.Finish().ExitCode);
    }
}
