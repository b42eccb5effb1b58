namespace PSPeerShare.Benchmarks.SideBySide;

/// <summary>sshd of this user, for scp, sftp, rsync and tar.</summary>
internal sealed class SshServer(string work) : BenchServer
{
    private readonly string _key = Path.Combine(work, "ssh-key");

    public int Port { get; private set; }

    public static string Host => $"{Environment.UserName}@127.0.0.1";

    /// <summary>Options that keep the user's own configuration and known hosts out of it.</summary>
    /// <param name="port">Where it is reached; 0 is directly.</param>
    public string[] Options(int port) =>
    [
        "-F", "/dev/null", "-i", _key, "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
        "-o", "LogLevel=ERROR", "-o", "BatchMode=yes", "-o", $"Port={(port == 0 ? Port : port)}",
    ];

    /// <summary>The command line of ssh, for programs that start it themselves.</summary>
    public string Command(int port) => "ssh " + string.Join(' ', Options(port));

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Port = FreePort();
        string hostKey = Path.Combine(work, "ssh-host-key");
        await new Invocation("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", _key).RequireAsync();
        await new Invocation("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", hostKey).RequireAsync();
        string config = Path.Combine(work, "sshd.conf");
        await File.WriteAllTextAsync(config, $"""
            Port {Port}
            ListenAddress 127.0.0.1
            HostKey {hostKey}
            AuthorizedKeysFile {_key}.pub
            StrictModes no
            UsePAM no
            PermitRootLogin yes
            PidFile none
            Subsystem sftp internal-sftp
            """, cancellationToken);
        if (Environment.IsPrivilegedProcess)
        {
            // Where sshd shuts its unprivileged child in; it does not start without.
            Directory.CreateDirectory("/run/sshd");
        }

        await StartAsync(new Invocation("/usr/sbin/sshd", "-D", "-f", config), () => ListensAsync(Port), cancellationToken);
    }
}
