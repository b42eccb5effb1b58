namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>One way to copy a workload from a server into a folder.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Programs">What has to be on the PATH.</param>
/// <param name="Server">Whose CPU counts.</param>
/// <param name="Fetch">The command that brings the workload into an empty folder, or into one that has it already.</param>
internal sealed record Contender(string Name, string[] Programs, BenchServer Server, Func<Workload, string, Invocation> Fetch)
{
    /// <summary>PSPeerShare's own name in every table.</summary>
    public const string Own = "PSPeerShare";

    /// <summary>The one that can tell that there is nothing to do.</summary>
    public const string Rsync = "rsync over ssh";

    /// <summary>How many at once, for tools that have to be told.</summary>
    private const string Parallel = "16";

    /// <summary>Fetches it, measures what that costs at both ends, and says so.</summary>
    public async Task<Cost> MeasureAsync(Workload load, string to, string what)
    {
        Invocation fetch = Fetch(load, to);
        Server.ForgetPeak();
        double before = Server.CpuSeconds;
        Cost cost = await fetch.RunAsync(() => Server.Peak);
        cost = cost with { ServerCpu = Server.CpuSeconds - before };
        Console.WriteLine(ResultTable.Text($"{what,-14} {Name,-16} {cost.Seconds,7:0.00} s"));
        return cost;
    }

    /// <summary>All of them, PSPeerShare first.</summary>
    public static List<Contender> AllOf(Arena arena) =>
        [Peer(arena.Peer, arena.Peer.Command), .. arena.Able([.. Https(arena.Nginx, 0, arena.Work), .. Ssh(arena.Ssh, 0, arena.Work)]).Where(c => arena.Options.WantsContender(c.Name))];

    /// <param name="server">The node that serves.</param>
    /// <param name="run">A new PowerShell of a home that knows it as <c>bench</c>.</param>
    public static Contender Peer(PeerServer server, Func<string, Invocation> run) => new(Own, [], server, (load, to) =>
        run($"Get-PeerFile -Peer bench -Path '{load.Name}/*' -Recurse -Destination '{to}' | Out-Null"));

    public static IEnumerable<Contender> Ssh(SshServer server, int port, string work)
    {
        yield return new Contender("scp", ["scp", "ssh", "ssh-keygen", "sshd"], server, (load, to) =>
            new Invocation("scp", ["-q", "-r", "-p", .. server.Options(port), $"{SshServer.Host}:{load.Folder}/.", to]));
        yield return new Contender("sftp", ["sftp", "ssh", "ssh-keygen", "sshd"], server, (load, to) =>
            new Invocation("sftp", ["-q", .. server.Options(port), "-b", SftpList(load, to), SshServer.Host]));
        yield return new Contender(Rsync, ["rsync", "ssh", "ssh-keygen", "sshd"], server, (load, to) =>
            new Invocation("rsync", "-a", "-e", server.Command(port), $"{SshServer.Host}:{load.Folder}/", to));
        yield return new Contender("tar over ssh", ["tar", "ssh", "ssh-keygen", "sshd"], server, (load, to) =>
            new Invocation("sh", "-c", $"{server.Command(port)} {SshServer.Host} tar -C '{load.Folder}' -cf - . | tar -C '{to}' -xf -"));

        string SftpList(Workload load, string to)
        {
            string list = Path.Combine(work, $"sftp-{load.Name}");
            File.WriteAllText(list, $"get -R -p {load.Folder}/. {to}\n");
            return list;
        }
    }

    public static IEnumerable<Contender> Https(NginxServer server, int port, string work)
    {
        yield return new Contender("curl, HTTPS", ["curl", "nginx"], server, (load, to) =>
            new Invocation("curl", "--silent", "--show-error", "--fail", "--parallel", "--parallel-max", Parallel, "--cacert", server.Certificate, "--config", CurlList(load, to)));
        yield return new Contender("aria2, HTTPS", ["aria2c", "nginx"], server, (load, to) =>
            new Invocation("aria2c", "--quiet", "--no-conf", "-x4", "-s4", "-k1M", "-j", Parallel, "--file-allocation=none", "--allow-overwrite=true", $"--ca-certificate={server.Certificate}", "--min-tls-version=TLSv1.3", "-i", Aria2List(load, to)));
        yield return new Contender("rclone, HTTPS", ["rclone", "nginx"], server, (load, to) =>
            new Invocation("rclone", "--config", Path.Combine(work, "no-rclone.conf"), "copy", "--transfers", Parallel, "--checkers", Parallel, "--ca-cert", server.Certificate, "--http-url", server.Url(load.Name + "/", port), ":http:", to));

        string CurlList(Workload load, string to) => Write("curl", load, file => $"url = \"{UrlOf(load, file)}\"\noutput = \"{Path.Combine(to, file)}\"\n");
        string Aria2List(Workload load, string to) => Write("aria2", load, file => $"{UrlOf(load, file)}\n  dir={to}\n  out={file}\n");
        string UrlOf(Workload load, string file) => server.Url($"{load.Name}/{Uri.EscapeDataString(file)}", port);

        string Write(string kind, Workload load, Func<string, string> line)
        {
            string list = Path.Combine(work, $"{kind}-{port}-{load.Name}");
            if (!File.Exists(list))
            {
                File.WriteAllText(list, string.Concat(Directory.EnumerateFiles(load.Folder).Select(f => line(Path.GetFileName(f)))));
            }

            return list;
        }
    }
}
