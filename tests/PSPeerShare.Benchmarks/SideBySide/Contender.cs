namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>One way to copy a workload from a server into a folder.</summary>
/// <param name="Name">In the table.</param>
/// <param name="Programs">What has to be on the PATH.</param>
/// <param name="Server">Whose CPU counts.</param>
/// <param name="Fetch">The command that brings the workload into an empty folder, or into one that has it already.</param>
internal sealed record Contender(string Name, string[] Programs, BenchServer? Server, Func<Workload, string, Invocation> Fetch)
{
    /// <summary>How many at once, for tools that have to be told.</summary>
    private const string Parallel = "16";

    public static Contender Peer(PeerServer server) => new("PSPeerShare", [], server, (load, to) =>
        server.Command($"Get-PeerFile -Peer bench -Path '{load.Name}/*' -Recurse -Destination '{to}' | Out-Null"));

    public static IEnumerable<Contender> Ssh(SshServer server)
    {
        yield return new Contender("scp", ["scp", "sshd"], server, (load, to) =>
            new Invocation("scp", ["-q", "-r", "-p", .. server.Options, $"{SshServer.Host}:{load.Folder}/.", to]));
        yield return new Contender("rsync over ssh", ["rsync", "sshd"], server, (load, to) =>
            new Invocation("rsync", "-a", "-e", server.Command, $"{SshServer.Host}:{load.Folder}/", to));
        yield return new Contender("tar over ssh", ["tar", "sshd"], server, (load, to) =>
            new Invocation("sh", "-c", $"{server.Command} {SshServer.Host} tar -C '{load.Folder}' -cf - . | tar -C '{to}' -xf -"));
    }

    public static IEnumerable<Contender> Https(NginxServer server, string work)
    {
        yield return new Contender("curl, HTTPS", ["curl", "nginx"], server, (load, to) =>
            new Invocation("curl", "--silent", "--show-error", "--fail", "--parallel", "--parallel-max", Parallel, "--cacert", server.Certificate, "--config", CurlList(load, to)));
        yield return new Contender("aria2, HTTPS", ["aria2c", "nginx"], server, (load, to) =>
            new Invocation("aria2c", "--quiet", "--no-conf", "-x4", "-s4", "-k1M", "-j", Parallel, "--file-allocation=none", "--allow-overwrite=true", $"--ca-certificate={server.Certificate}", "--min-tls-version=TLSv1.3", "-i", Aria2List(load, to)));
        yield return new Contender("rclone, HTTPS", ["rclone", "nginx"], server, (load, to) =>
            new Invocation("rclone", "--config", Path.Combine(work, "no-rclone.conf"), "copy", "--transfers", Parallel, "--checkers", Parallel, "--ca-cert", server.Certificate, "--http-url", server.Url(load.Name + "/"), ":http:", to));

        string CurlList(Workload load, string to) => Write("curl", load, file => $"url = \"{server.Url(load.Name + "/" + Escape(file))}\"\noutput = \"{Path.Combine(to, file)}\"\n");
        string Aria2List(Workload load, string to) => Write("aria2", load, file => $"{server.Url(load.Name + "/" + Escape(file))}\n  dir={to}\n  out={file}\n");

        string Write(string kind, Workload load, Func<string, string> line)
        {
            string list = Path.Combine(work, $"{kind}-{load.Name}");
            if (!File.Exists(list))
            {
                File.WriteAllText(list, string.Concat(Directory.EnumerateFiles(load.Folder).Select(f => line(Path.GetFileName(f)))));
            }

            return list;
        }

        static string Escape(string file) => Uri.EscapeDataString(file);
    }
}
