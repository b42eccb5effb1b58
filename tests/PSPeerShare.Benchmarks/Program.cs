using System.Runtime.InteropServices;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using PSPeerShare.Benchmarks.Catalogs;
using PSPeerShare.Benchmarks.Dashboards;
using PSPeerShare.Benchmarks.Durable;
using PSPeerShare.Benchmarks.ManySources;
using PSPeerShare.Benchmarks.Memory;
using PSPeerShare.Benchmarks.Network;
using PSPeerShare.Benchmarks.Reuse;
using PSPeerShare.Benchmarks.SideBySide;

if (args is ["memory", ..])
{
    await MemoryRole.RunAsync(args[1..]);
    return 0;
}

if (args is ["side-by-side", .. string[] rest])
{
    return await SideBySideAsync(rest);
}

if (args is ["catalog", ..])
{
    await using CatalogRun run = CatalogRun.Parse(args.AsSpan(1));
    await run.RunAsync();
    return 0;
}

if (args is ["many-sources"])
{
    await using ManySourcesRun run = new();
    await run.PrepareAsync(CancellationToken.None);
    for (int round = 1; round <= 3; round++)
    {
        await run.RoundAsync(round, CancellationToken.None);
    }

    return 0;
}

if (args is ["network", ..])
{
    await using NetworkRun run = NetworkRun.Parse(args.AsSpan(1));
    await run.RunAsync();
    return 0;
}

if (args is ["durable", string folder])
{
    using DurableRun run = new(folder);
    await run.RunAsync();
    return 0;
}

if (args is ["reuse"])
{
    await using ReuseRun run = new();
    await run.RunAsync();
    return 0;
}

if (args is ["dashboard"])
{
    await using DashboardRun run = new();
    await run.RunAsync();
    return 0;
}

if (args is ["dashboard", "fluency"])
{
    await FluencyRun.RunAsync();
    return 0;
}

// Short and in this process: nothing is built again, and all of them take minutes.
BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(
    args, DefaultConfig.Instance.AddJob(Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance)));
return 0;

static async Task<int> SideBySideAsync(string[] options)
{
    using CancellationTokenSource stop = new();
    using PosixSignalRegistration onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    using PosixSignalRegistration onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using PosixSignalRegistration onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
    using CancellationTokenRegistration ending = stop.Token.Register(Invocation.EndAll);
    try
    {
        return await new SideBySideRun(SideBySideOptions.Parse(options)).RunAsync(stop.Token) ? 0 : 1;
    }
    catch (Exception) when (stop.IsCancellationRequested)
    {
        Console.Error.WriteLine("Interrupted; nothing is left behind.");
        return 130;
    }
    catch (ArgumentException e)
    {
        Console.Error.WriteLine(e.Message);
        return 64;
    }

    void Stop(PosixSignalContext context)
    {
        // Everything that was started has to end and to go before this process does.
        context.Cancel = true;
        stop.Cancel();
    }
}
