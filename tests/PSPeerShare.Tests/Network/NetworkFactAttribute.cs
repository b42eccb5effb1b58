using System.Diagnostics;

namespace PSPeerShare.Tests.Network;

/// <summary>A test that makes networks of its own; where that is not allowed, or a program is missing, it is counted as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NetworkFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> IsAllowed = new(TryNamespace);

    public NetworkFactAttribute(params string[] programs)
    {
        string[] missing = [.. programs.Where(program => !IsThere(program))];
        if (!OperatingSystem.IsLinux() || !IsAllowed.Value)
        {
            Skip = "network namespaces are not allowed on this machine";
        }
        else if (missing.Length > 0)
        {
            Skip = $"not on this machine: {string.Join(", ", missing)}";
        }
    }

    private static bool IsThere(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Concat(["/usr/sbin", "/sbin"])
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static bool TryNamespace()
    {
        if (!IsThere("ip"))
        {
            return false;
        }

        string name = $"psps-{Environment.ProcessId}-try";
        try
        {
            return Ip("netns", "add", name) && Ip("netns", "exec", name, "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
                && Ip("netns", "exec", name, "ip", "link", "add", "br0", "type", "bridge");
        }
        finally
        {
            Ip("netns", "del", name);
        }
    }

    private static bool Ip(params string[] arguments)
    {
        try
        {
            using Process ip = Process.Start(new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            return ip.WaitForExit(10_000) && ip.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
