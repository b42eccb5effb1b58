using System.Runtime.InteropServices;

namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>
/// Copies the same data over loopback with PSPeerShare and with the tools that an administrator would use instead, in
/// turn, several rounds; checks each copy; prints medians and ratios. Linux only: the tools and the counting are.
/// </summary>
internal sealed class SideBySideRun(SideBySideOptions options) : IAsyncDisposable
{
    private readonly string _root = Directory.CreateDirectory(
        Path.Combine(SideBySideOptions.Scratch, $"pspeershare-bench-{Environment.ProcessId}")).FullName;

    private readonly ResultTable _table = new();
    private readonly List<BenchServer> _servers = [];

    private string Work => Directory.CreateDirectory(Path.Combine(_root, "work")).FullName;

    private string Source => Directory.CreateDirectory(Path.Combine(_root, "source")).FullName;

    public async Task RunAsync()
    {
        List<Workload> loads = MakeWorkloads();
        PeerServer peer = new(Work, options.Module, options.PowerShell);
        _servers.Add(peer);
        await peer.StartAsync(loads.Select(static l => l.Folder), options.ServerOptions);
        List<Contender> contenders = [Contender.Peer(peer), .. await OthersAsync()];
        foreach (Workload load in loads)
        {
            await CompareAsync(load, contenders);
        }

        await StartUpAsync(peer);
        Console.WriteLine($"The serving PowerShell's largest resident set: {peer.Peak >> 20} MiB.");
        _table.Write(Console.Out);
        if (options.Json is { } path)
        {
            _table.WriteJson(path, new { RuntimeInformation.OSDescription, Environment.ProcessorCount, Runtime = RuntimeInformation.FrameworkDescription, Date = DateTime.UtcNow });
        }
    }

    public ValueTask DisposeAsync()
    {
        foreach (BenchServer server in _servers)
        {
            server.Dispose();
        }

        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    private List<Workload> MakeWorkloads()
    {
        List<Workload?> loads =
        [
            options.Wants("big") ? Workload.OneFile("big", Source, options.BigBytes) : null,
            options.Wants("small") ? Workload.ManyFiles("small", Source, 10_000, 4096) : null,
            options.Wants("tree") ? Workload.CopyOf("tree", Source, "/usr/share/doc") : null,
        ];
        return [.. loads.OfType<Workload>()];
    }

    private async Task<List<Contender>> OthersAsync()
    {
        SshServer ssh = new(Work);
        NginxServer nginx = new(Work, Source);
        List<Contender> others = [.. Contender.Https(nginx, Work), .. Contender.Ssh(ssh)];
        HashSet<string> missing = [.. others.SelectMany(static c => c.Programs).Distinct().Where(static p => !SideBySideOptions.IsThere(p))];
        if (missing.Count > 0)
        {
            Console.WriteLine($"Not compared, because they are missing: {string.Join(", ", missing)}. Debian: apt-get install nginx curl aria2 rclone openssh-server openssh-client rsync tar");
        }

        if (!missing.Contains("sshd"))
        {
            _servers.Add(ssh);
            await ssh.StartAsync();
        }

        if (!missing.Contains("nginx"))
        {
            _servers.Add(nginx);
            await nginx.StartAsync();
        }

        return [.. others.Where(c => !c.Programs.Any(missing.Contains))];
    }

    private async Task CompareAsync(Workload load, List<Contender> contenders)
    {
        // Over HTTPS nobody learns what is in a folder that has an index.html.
        List<Contender> able = [.. contenders.Where(c => load.Name != "tree" || c.Server is not NginxServer)];
        Dictionary<string, List<Cost>> fresh = able.ToDictionary(static c => c.Name, static _ => new List<Cost>());
        Dictionary<string, List<Cost>> again = able.Where(static c => c.Name is "PSPeerShare" or "rsync over ssh")
            .ToDictionary(static c => c.Name, static _ => new List<Cost>());
        for (int round = 0; round < options.Rounds; round++)
        {
            foreach (Contender contender in able)
            {
                string to = Directory.CreateDirectory(Path.Combine(_root, "copy")).FullName;
                fresh[contender.Name].Add(await MeasureAsync(contender, load, to));
                load.RequireEqual(to);
                if (again.TryGetValue(contender.Name, out List<Cost>? costs))
                {
                    costs.Add(await MeasureAsync(contender, load, to));
                }

                Directory.Delete(to, recursive: true);
            }
        }

        string what = $"{load.Name}: {load.Files:N0} {(load.Files == 1 ? "file" : "files")}, {load.Bytes >> 20:N0} MiB";
        foreach ((string name, List<Cost> costs) in fresh)
        {
            _table.Add(new Measurement(what, name, load.Bytes, costs));
        }

        foreach ((string name, List<Cost> costs) in again)
        {
            _table.Add(new Measurement($"{load.Name}, again: nothing to do", name, 0, costs));
        }
    }

    private static async Task<Cost> MeasureAsync(Contender contender, Workload load, string to)
    {
        Invocation fetch = contender.Fetch(load, to);
        double before = contender.Server?.CpuSeconds ?? 0;
        Cost cost = await fetch.RunAsync();
        cost = cost with { ServerCpu = (contender.Server?.CpuSeconds ?? 0) - before };
        Console.WriteLine($"{load.Name,-6} {contender.Name,-16} {cost.Seconds,7:0.00} s");
        return cost;
    }

    private async Task StartUpAsync(PeerServer peer)
    {
        if (!options.Wants("start"))
        {
            return;
        }

        (string Name, Invocation Command)[] commands =
        [
            ("PowerShell alone", peer.Bare()),
            ("with Import-Module", peer.Command("$null")),
            ("and a node started and stopped", peer.Command("$null = Start-PeerServer -Port 0 -ListenAddress 127.0.0.1; Stop-PeerServer")),
        ];
        Dictionary<string, List<Cost>> costs = commands.ToDictionary(static c => c.Name, static _ => new List<Cost>());
        for (int round = 0; round < options.Rounds; round++)
        {
            foreach ((string name, Invocation command) in commands)
            {
                costs[name].Add(await command.RunAsync());
            }
        }

        foreach ((string name, List<Cost> rounds) in costs)
        {
            _table.Add(new Measurement("start: a process from its start to its end", name, 0, rounds));
        }
    }
}
