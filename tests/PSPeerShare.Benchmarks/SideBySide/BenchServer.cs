using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>A server in the foreground, with all it starts; disposing of it ends them.</summary>
internal abstract class BenchServer : IDisposable
{
    // A share of many gigabytes is hashed before it is served from.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private Process? _process;

    /// <summary>CPU seconds of it and of everything it started, so far.</summary>
    public double CpuSeconds => _process is null ? 0 : ProcessUsage.SecondsOfTree(_process.Id);

    /// <summary>The largest resident set of its processes so far, in bytes.</summary>
    public long Peak => _process is null ? 0 : ProcessUsage.PeakOfTree(_process.Id);

    /// <summary>Forgets <see cref="Peak"/>: it begins anew with what is in use.</summary>
    public void ForgetPeak()
    {
        if (_process is not null)
        {
            ProcessUsage.ForgetPeakOfTree(_process.Id);
        }
    }

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
    protected async Task StartAsync(Invocation program, Func<Task<bool>> isReady, CancellationToken cancellationToken)
    {
        _process = program.Start();
        _ = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        Task<string> errors = _process.StandardError.ReadToEndAsync(CancellationToken.None);
        Stopwatch waited = Stopwatch.StartNew();
        while (!await isReady())
        {
            if (_process.HasExited || waited.Elapsed > s_patience)
            {
                throw new InvalidOperationException($"{program.Program} does not serve: {(_process.HasExited ? await errors : "")}");
            }

            await Task.Delay(20, cancellationToken);
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
