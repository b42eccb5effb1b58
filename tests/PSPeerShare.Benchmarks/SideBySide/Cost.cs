namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>What one run cost.</summary>
/// <param name="Seconds">Wall time.</param>
/// <param name="ClientCpu">CPU seconds of the program that was run and of its children.</param>
/// <param name="ServerCpu">CPU seconds of the server's processes meanwhile.</param>
/// <param name="ClientPeak">The largest resident set of a process of the client, sampled while it runs, in bytes.</param>
/// <param name="ServerPeak">The same of the server's processes meanwhile.</param>
internal sealed record Cost(double Seconds, double ClientCpu, double ServerCpu, long ClientPeak, long ServerPeak);
