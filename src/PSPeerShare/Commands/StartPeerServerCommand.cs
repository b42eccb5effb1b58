using System.Management.Automation;
using System.Net;
using System.Runtime.InteropServices;
using PSPeerShare.Binding;
using PSPeerShare.Core.Node;
using PSPeerShare.Output;
using PSPeerShare.Pipeline;

namespace PSPeerShare.Commands;

/// <summary>Starts this home's node and shares folders or files until it stops.</summary>
[Cmdlet(VerbsLifecycle.Start, "PeerServer", DefaultParameterSetName = PathSet, SupportsShouldProcess = true)]
[OutputType(typeof(PeerServer))]
public sealed class StartPeerServerCommand : PeerCommand
{
    private const string PathSet = "Path";
    private const string LiteralPathSet = "LiteralPath";

    private readonly List<string> paths = [];

    /// <summary>Folders or files to share; wildcards are allowed.</summary>
    [Parameter(
        Position = 0, ParameterSetName = PathSet, ValueFromPipeline = true,
        HelpMessage = "Folders or files to share until the server stops. Wildcards are allowed.")]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[]? Path { get; set; }

    /// <summary>Folders or files to share, taken as they are.</summary>
    [Parameter(
        Mandatory = true, ParameterSetName = LiteralPathSet, ValueFromPipelineByPropertyName = true,
        HelpMessage = "Folders or files to share until the server stops, without wildcards.")]
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string[]? LiteralPath { get; set; }

    /// <summary>The node's name as peers see it.</summary>
    [Parameter(HelpMessage = "The name that peers see. The machine's name unless given.")]
    [ValidateNotNullOrEmpty]
    public string? Name { get; set; }

    /// <summary>The TCP port.</summary>
    [Parameter(HelpMessage = "The TCP port to listen on. 0 takes any free port.")]
    [ValidateRange(0, 65535)]
    public int Port { get; set; } = 22021;

    /// <summary>The addresses to listen on.</summary>
    [Parameter(HelpMessage = "The IP addresses to listen on. All of this machine's unless given.")]
    [ValidateNotNullOrEmpty]
    public IPAddress[]? ListenAddress { get; set; }

    /// <summary>Where pushed files land.</summary>
    [Parameter(HelpMessage = "The folder where peers with the Write right may put new files. It is created when missing.")]
    [ValidateNotNullOrEmpty]
    public string? Inbox { get; set; }

    /// <summary>Bytes that each peer may leave in the inbox.</summary>
    [Parameter(HelpMessage = "The most bytes that each peer may leave in the inbox, for example 100GB.")]
    [ValidateRange(1, long.MaxValue)]
    public long? InboxQuota { get; set; }

    /// <summary>Bytes of a single file.</summary>
    [Parameter(HelpMessage = "The largest file that the inbox takes, in bytes, for example 10GB.")]
    [ValidateRange(1, long.MaxValue)]
    public long? InboxMaximumLength { get; set; }

    /// <summary>Bytes per second to all peers.</summary>
    [Parameter(HelpMessage = "The most to send to all peers together, in bytes per second, for example 10MB.")]
    [ValidateRange(1, long.MaxValue)]
    public long? RateLimit { get; set; }

    /// <summary>Stay unknown to the local network.</summary>
    [Parameter(HelpMessage = "Neither tell the local network about this server nor listen for others there.")]
    public SwitchParameter NoDiscovery { get; set; }

    /// <summary>Servers that tell peers where this node is.</summary>
    [Parameter(HelpMessage = "Discovery servers, as https://host:port/?id=...; they are told where this server is, and asked where peers are.")]
    [ValidateNotNullOrEmpty]
    public string[]? DiscoveryServer { get; set; }

    /// <summary>Where peers meet this node that cannot reach it.</summary>
    [Parameter(HelpMessage = "Relays, as relay://host:port/?id=...; peers that cannot reach this server directly meet it there.")]
    [ValidateNotNullOrEmpty]
    public string[]? Relay { get; set; }

    /// <summary>The folder for logs.</summary>
    [Parameter(HelpMessage = "The folder for log files. The logs folder of the home unless given.")]
    [ValidateNotNullOrEmpty]
    public string? LogPath { get; set; }

    /// <summary>The least severe events that are logged.</summary>
    [Parameter(HelpMessage = "The least severe events to log: Verbose, Debug, Information, Warning or Error.")]
    public PeerLogLevel LogLevel { get; set; } = PeerLogLevel.Information;

    /// <summary>Stay until the node stops.</summary>
    [Parameter(HelpMessage = "Stay in the foreground until the server stops: by Stop-PeerServer, Ctrl+C or the end of the service.")]
    public SwitchParameter Wait { get; set; }

    private protected override void Process()
    {
        string[]? given = LiteralPath ?? Path;
        if (given is not null)
        {
            // A server that shares less than was asked for is not what a script goes on with.
            paths.AddRange(LocalPaths.Resolve(this, given, LiteralPath is not null, ThrowTerminatingError));
        }
    }

    private protected override void End()
    {
        var options = new ServerOptions
        {
            Paths = paths,
            Name = Name,
            Port = Port,
            ListenAddresses = ListenAddress ?? [],
            Inbox = Inbox is null ? null : LocalPaths.FullPath(this, Inbox),
            InboxLimits = new InboxLimits { PeerBytes = InboxQuota, FileBytes = InboxMaximumLength },
            RateLimit = RateLimit,
            Discovery = !NoDiscovery,
            DiscoveryServers = DiscoveryServer ?? [],
            Relays = Relay ?? [],
            LogPath = LogPath is null ? null : LocalPaths.FullPath(this, LogPath),
            LogLevel = (Core.Diagnostics.PeerLogLevel)(int)LogLevel,
        };
        if (!ShouldProcess(paths.Count == 0 ? Node.Home : string.Join(", ", paths), "Start the peer server"))
        {
            return;
        }

        ServerInfo server = Pump.Await(Node.StartServerAsync(options, Pump.Token));
        try
        {
            WriteObject(server.ToOutput(Node.GetPeers()));
            if (Wait)
            {
                WaitForEnd();
            }
        }
        catch when (Wait)
        {
            Pump.Abandon(StopAsync());
            throw;
        }
    }

    private void WaitForEnd()
    {
        var signalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // A service manager ends a service by SIGTERM; without this the process would end before the node has.
        using PosixSignalRegistration onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context =>
        {
            context.Cancel = true;
            signalled.TrySetResult();
        });
        Task first = Pump.Await(Task.WhenAny(Node.WaitForServerEndAsync(Pump.Token), signalled.Task));
        if (first == signalled.Task)
        {
            WriteVerbose("The process was asked to end; stopping the server.");
            Pump.Await(StopAsync());
        }
        else
        {
            Pump.Await(first);
        }
    }

    // Not the pump's token: this is what is left to do after a stop.
    private Task StopAsync() =>
        Node.StopServerAsync(Pump.StopGrace / 2, force: true, CancellationToken.None);
}
