using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>A server in the foreground, with all it starts; disposing of it ends them.</summary>
internal abstract class BenchServer : IDisposable
{
    private Process? _process;

    /// <summary>CPU seconds of it and of everything it started, so far.</summary>
    public double CpuSeconds => _process is null ? 0 : ProcessUsage.SecondsOfTree(_process.Id);

    /// <summary>The largest resident set of its processes so far, in bytes.</summary>
    public long Peak => _process is null ? 0 : ProcessUsage.PeakOfTree(_process.Id);

    public virtual void Dispose()
    {
        if (_process is { } process)
        {
            Stop(process);
            process.Dispose();
            _process = null;
        }

        GC.SuppressFinalize(this);
    }

    protected static int FreePort()
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    /// <summary>Starts the program and waits until the condition holds.</summary>
    protected async Task StartAsync(Invocation program, Func<Task<bool>> isReady)
    {
        _process = program.Start();
        _ = _process.StandardOutput.ReadToEndAsync();
        Task<string> errors = _process.StandardError.ReadToEndAsync();
        Stopwatch waited = Stopwatch.StartNew();
        while (!await isReady())
        {
            if (_process.HasExited || waited.Elapsed > TimeSpan.FromSeconds(30))
            {
                throw new InvalidOperationException($"{program.Program} does not serve: {(_process.HasExited ? await errors : "")}");
            }

            await Task.Delay(20);
        }
    }

    protected static async Task<bool> ListensAsync(int port)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    protected virtual void Stop(Process process)
    {
        process.Kill(entireProcessTree: true);
        process.WaitForExit(5000);
    }
}
