using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A real stdiscosrv or strelaysrv on loopback, gone after the test.</summary>
internal sealed class SyncthingServer : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Process _process;

    private SyncthingServer(string program, string[] arguments, string marker, Func<string, string> toUrl)
    {
        ProcessStartInfo start = new(program) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = _folder.Path };
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        TaskCompletionSource<string> url = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _process = new Process { StartInfo = start };
        DataReceivedEventHandler read = (_, line) =>
        {
            int at = line.Data?.IndexOf(marker, StringComparison.Ordinal) ?? -1;
            if (at >= 0)
            {
                url.TrySetResult(toUrl(line.Data![(at + marker.Length)..].Trim()));
            }
        };
        _process.OutputDataReceived += read;
        _process.ErrorDataReceived += read;
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        Url = url.Task;
    }

    /// <summary>Its address with its id, once it is there.</summary>
    public Task<string> Url { get; }

    public static async Task<SyncthingServer> StartRelayAsync(int? atPort = null, string? keys = null)
    {
        int port = atPort ?? FreePort();
        SyncthingServer server = new(
            "strelaysrv",
            ["-pools=", $"-listen=127.0.0.1:{port}", "-status-srv=", $"-keys={keys ?? "."}"],
            "relay://",
            rest => $"relay://{rest}");
        return await server.ReadyAsync(port);
    }

    public static async Task<SyncthingServer> StartDiscoveryAsync()
    {
        int port = FreePort();
        SyncthingServer server = new(
            "stdiscosrv",
            [$"-listen=127.0.0.1:{port}", "-cert=cert.pem", "-key=key.pem", "-db-dir=db"],
            "Server device ID is ",
            id => $"https://127.0.0.1:{port}/?id={id}");
        return await server.ReadyAsync(port);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestNode.Patience);
        _process.Dispose();
        _folder.Dispose();
    }

    private async Task<SyncthingServer> ReadyAsync(int port)
    {
        await Url.Within();
        await Waiting.UntilAsync(() =>
        {
            try
            {
                using TcpClient client = new("127.0.0.1", port);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        });
        return this;
    }

    private static int FreePort()
    {
        using Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}
