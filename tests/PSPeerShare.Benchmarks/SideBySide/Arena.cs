namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>
/// Where everything happens: a folder in memory with the data, the servers of all contenders, and nothing of either
/// once it is disposed of.
/// </summary>
internal sealed class Arena : IAsyncDisposable
{
    private const string Prefix = "pspeershare-bench-";

    private readonly string _root;
    private readonly List<BenchServer> _servers = [];
    private HashSet<string> _missing = [];

    public Arena(SideBySideOptions options)
    {
        Options = options;
        RemoveLeftOvers();
        _root = Directory.CreateDirectory(Path.Combine(SideBySideOptions.Scratch, $"{Prefix}{Environment.ProcessId}")).FullName;
        Work = Directory.CreateDirectory(Path.Combine(_root, "work")).FullName;
        Source = Directory.CreateDirectory(Path.Combine(_root, "source")).FullName;
        Peer = new PeerServer(Work, options.Module, options.PowerShell);
        Ssh = new SshServer(Work);
        Nginx = new NginxServer(Work, Source);
        _servers.AddRange([Peer, Ssh, Nginx]);
    }

    public SideBySideOptions Options { get; }

    public ResultReport Report { get; } = new();

    /// <summary>For lists, keys, homes.</summary>
    public string Work { get; }

    /// <summary>The folder that nginx serves, with all workloads.</summary>
    public string Source { get; }

    public PeerServer Peer { get; }

    public SshServer Ssh { get; }

    public NginxServer Nginx { get; }

    /// <summary>Folders for PSPeerShare to share.</summary>
    public List<string> Shares { get; } = [];

    /// <summary>An empty folder to copy so many bytes to.</summary>
    public string FreshTarget(long bytes)
    {
        string target = Path.Combine(_root, "copy");
        if (Directory.Exists(target))
        {
            Directory.Delete(target, recursive: true);
        }

        BackedMemory.Provide(_root, bytes);
        return Directory.CreateDirectory(target).FullName;
    }

    /// <summary>Starts all servers for which there are programs, and says what is missing.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await Peer.StartAsync(Shares, Options.ServerOptions, cancellationToken);
        IEnumerable<Contender> others = [.. Contender.Https(Nginx, 0, Work), .. Contender.Ssh(Ssh, 0, Work)];
        _missing = [.. others.SelectMany(static c => c.Programs).Distinct().Where(static p => !SideBySideOptions.IsThere(p))];
        if (_missing.Count > 0)
        {
            Console.WriteLine($"Not compared, because they are missing: {string.Join(", ", _missing)}. Debian: apt-get install nginx curl aria2 rclone openssh-server openssh-client rsync tar");
        }

        if (!_missing.Overlaps(["sshd", "ssh", "ssh-keygen"]))
        {
            await Ssh.StartAsync(cancellationToken);
        }

        if (!_missing.Contains("nginx"))
        {
            await Nginx.StartAsync(cancellationToken);
        }
    }

    /// <summary>Those of whom everything is there.</summary>
    public List<Contender> Able(IEnumerable<Contender> contenders) => [.. contenders.Where(c => !c.Programs.Any(_missing.Contains))];

    public ValueTask DisposeAsync()
    {
        // Nothing of the clients may go on writing where the folder is about to go.
        Invocation.EndAll();
        foreach (BenchServer server in _servers)
        {
            server.Dispose();
        }

        Directory.Delete(_root, recursive: true);
        return ValueTask.CompletedTask;
    }

    // A run that was killed could not clean up; the next one does.
    private static void RemoveLeftOvers()
    {
        foreach (string folder in Directory.GetDirectories(SideBySideOptions.Scratch, Prefix + "*"))
        {
            string id = Path.GetFileName(folder)[Prefix.Length..];
            if (int.TryParse(id, out _) && !Directory.Exists($"/proc/{id}"))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
