using System.Diagnostics;
using System.Reflection;
using PSPeerShare.Benchmarks.SideBySide;

namespace PSPeerShare.Benchmarks.Memory;

/// <summary>A process in one of the roles of <see cref="MemoryRole"/>, whose own memory is looked at from outside.</summary>
internal sealed class WatchedProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    private readonly Process _process;

    public WatchedProcess(params string[] role)
    {
        string self = Environment.ProcessPath!;
        bool isHost = Path.GetFileNameWithoutExtension(self) == "dotnet";
        _process = new Invocation(self, [.. isHost ? [Assembly.GetExecutingAssembly().Location] : (string[])[], "memory", .. role]).Start();
        _ = _process.StandardError.ReadToEndAsync().ContinueWith(static text => Console.Error.Write(text.Result), TaskScheduler.Default);
    }

    /// <summary>Bytes of its own memory now.</summary>
    public long OwnBytes => ProcessUsage.OwnBytes(_process.Id);

    public void Tell()
    {
        _process.StandardInput.WriteLine();
        _process.StandardInput.Flush();
    }

    /// <summary>What it says next.</summary>
    public async Task<string> HearAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken).AsTask().WaitAsync(s_patience, cancellationToken)
        ?? throw new InvalidOperationException("A process of the benchmark ended too soon.");

    /// <summary>What it says next, a number.</summary>
    public async Task<long> HearNumberAsync(CancellationToken cancellationToken) =>
        long.Parse(await HearAsync(cancellationToken), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Lets it work, and looks at the memory of it and of another meanwhile.</summary>
    public async Task<(string Answer, MemoryCourse Own, MemoryCourse Other)> WatchAsync(WatchedProcess other, CancellationToken cancellationToken)
    {
        MemoryCourse own = new(OwnBytes), others = new(other.OwnBytes);
        Tell();
        Task<string> answer = HearAsync(cancellationToken);
        while (await Task.WhenAny(answer, Task.Delay(s_look, cancellationToken)) != answer)
        {
            own.Add(OwnBytes);
            others.Add(other.OwnBytes);
        }

        return (await answer, own, others);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(3000))
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }
}
