using BenchmarkDotNet.Running;
using PSPeerShare.Benchmarks.Catalogs;
using PSPeerShare.Benchmarks.ManySources;
using PSPeerShare.Benchmarks.Reuse;
using PSPeerShare.Benchmarks.SideBySide;

if (args is ["side-by-side", ..])
{
    await using SideBySideRun run = new(SideBySideOptions.Parse(args.AsSpan(1)));
    await run.RunAsync();
}
else if (args is ["catalog", ..])
{
    await using CatalogRun run = CatalogRun.Parse(args.AsSpan(1));
    await run.RunAsync();
}
else if (args is ["many-sources"])
{
    await using ManySourcesRun run = new();
    await run.RunAsync();
}
else if (args is ["reuse"])
{
    await using ReuseRun run = new();
    await run.RunAsync();
}
else
{
    BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
}
