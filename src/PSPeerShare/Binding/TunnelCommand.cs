using System.Globalization;

namespace PSPeerShare.Binding;

/// <summary>The ssh command by which another machine reaches a port of this machine's loopback.</summary>
internal static class TunnelCommand
{
    /// <summary>The command. The port is the same on both ends, since the page answers to one address only.</summary>
    /// <param name="port">The port on 127.0.0.1.</param>
    /// <param name="connection">The value of SSH_CONNECTION, which knows by which address and port this machine was reached.</param>
    internal static string For(int port, string? connection)
    {
        string[] parts = connection?.Split(' ') ?? [];
        string host = parts.Length == 4 ? parts[2] : Environment.MachineName;
        string sshPort = parts.Length == 4 && parts[3] != "22" ? $"-p {parts[3]} " : "";
        return string.Create(CultureInfo.InvariantCulture, $"ssh -L {port}:127.0.0.1:{port} {sshPort}{Environment.UserName}@{host}");
    }
}
