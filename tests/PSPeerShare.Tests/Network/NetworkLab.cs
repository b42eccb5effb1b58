using System.Diagnostics;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Network;

/// <summary>
/// Hosts in network namespaces of their own, joined by bridges that stand in one too: nothing of it touches the
/// networks of the machine.
/// </summary>
internal sealed class NetworkLab : IDisposable
{
    private readonly string _prefix = $"psps-{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..4]}";
    private readonly List<string> _namespaces = [];
    private readonly List<LabProcess> _processes = [];
    private readonly TemporaryFolder _folder = new();
    private int _wires;

    public NetworkLab()
    {
        Namespace("hub");
        Hub = $"{_prefix}-hub";
    }

    public string Folder => _folder.Path;

    private string Hub { get; }

    /// <summary>A network that hosts can be joined to.</summary>
    public void AddBridge(string name)
    {
        Ip("-n", Hub, "link", "add", name, "type", "bridge", "mcast_snooping", "0");
        Ip("-n", Hub, "link", "set", name, "up");
    }

    /// <summary>A machine; nothing but loopback.</summary>
    public void AddHost(string host)
    {
        Namespace(host);
        Ip("-n", Of(host), "link", "set", "lo", "up");
    }

    /// <summary>Joins a host to a network.</summary>
    public void Connect(string host, string bridge, string address)
    {
        int wire = _wires++;
        Ip("-n", Hub, "link", "add", $"w{wire}", "type", "veth", "peer", "name", $"eth{wire}", "netns", Of(host));
        Ip("-n", Hub, "link", "set", $"w{wire}", "master", bridge, "up");
        Ip("-n", Of(host), "addr", "add", address, "dev", $"eth{wire}");
        Ip("-n", Of(host), "link", "set", $"eth{wire}", "up");
    }

    /// <summary>Gives a host another address in place of the one it has.</summary>
    public void Move(string host, string device, string from, string to)
    {
        Ip("-n", Of(host), "addr", "del", from, "dev", device);
        Ip("-n", Of(host), "addr", "add", to, "dev", device);
    }

    /// <summary>Starts a program on a host.</summary>
    public LabProcess Start(string host, IReadOnlyDictionary<string, string> environment, params string[] command)
    {
        LabProcess process = new(Of(host), environment, command);
        _processes.Add(process);
        return process;
    }

    /// <summary>Runs a script with the module on a host, in a home of the host's own, to its end.</summary>
    /// <returns>The lines it wrote.</returns>
    public string[] Run(string host, string script) => StartScript(host, script).Finish();

    public LabProcess StartScript(string host, string script) => Start(
        host,
        new Dictionary<string, string> { ["PSPEERSHARE_HOME"] = Path.Combine(Folder, $"{host}-home"), ["PSPEERSHARE_DISCOVERY"] = "" },
        "dotnet", BuiltModule.Shell, "-Command", script);

    public void Dispose()
    {
        _processes.ForEach(process => process.Dispose());
        foreach (string name in _namespaces)
        {
            TryIp("netns", "del", name);
        }

        _folder.Dispose();
    }

    private string Of(string host) => $"{_prefix}-{host}";

    private void Namespace(string name)
    {
        Ip("netns", "add", Of(name));
        _namespaces.Add(Of(name));
    }

    private static void Ip(params string[] arguments) => Assert.True(TryIp(arguments), $"ip {string.Join(' ', arguments)}");

    private static bool TryIp(params string[] arguments)
    {
        using Process ip = Process.Start(new ProcessStartInfo("ip", arguments))!;
        return ip.WaitForExit(20_000) && ip.ExitCode == 0;
    }
}
