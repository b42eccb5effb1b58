using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PSPeerShare.Core;
using PSPeerShare.Output;

namespace PSPeerShare.Remoting;

/// <summary>
/// The home at the other end of a PowerShell session: asks who it is, and has it trust a node. The session is the
/// channel that the administrator trusts already; what comes over it is still only text, and checked as such.
/// </summary>
/// <remarks>Calls block; several sessions are asked at once on threads of their own.</remarks>
internal sealed class RemoteNode(PSSession session)
{
    private const string Describe = """
        if (-not (Get-Module PSPeerShare)) { Import-Module PSPeerShare -ErrorAction Stop }
        $identity = Get-PeerIdentity -ErrorAction Stop
        $server = Get-PeerServer -ErrorAction SilentlyContinue
        [pscustomobject]@{
            NodeId = $identity.NodeId
            Name = if ($server) { $server.Name } else { $identity.Name }
            Port = if ($server) { $server.Port } else { 0 }
        }
        """;

    private const string Trust = """
        param($NodeId, $Name, $Address, $Allow)
        $known = Get-Peer -NodeId $NodeId -ErrorAction Ignore
        if ($known) {
            $rights = @("$($known.Allow)" -split ', ') + @($Allow -split ', ') | Where-Object { $_ -ne 'None' } | Select-Object -Unique
            if ($Address) { $known | Set-Peer -Allow $rights -Address @(@($known.Addresses) + @($Address) | Select-Object -Unique) -ErrorAction Stop } else { $known | Set-Peer -Allow $rights -ErrorAction Stop }
        }
        elseif ($Address) { $null = Add-Peer -NodeId $NodeId -Name $Name -Address $Address -Allow ($Allow -split ', ') -ErrorAction Stop }
        else { $null = Add-Peer -NodeId $NodeId -Name $Name -Allow ($Allow -split ', ') -ErrorAction Stop }
        -not $known
        """;

    private const string Forget = """
        param($NodeId)
        Remove-Peer -NodeId $NodeId -ErrorAction Stop
        """;

    /// <summary>What messages call the other machine.</summary>
    public string Computer => session.ComputerName;

    /// <summary>Who it is; the module is looked for there.</summary>
    /// <exception cref="PeerShareException"><see cref="PeerError.SessionUnusable"/> or <see cref="PeerError.NodeIdInvalid"/>.</exception>
    public RemoteIdentity Identify()
    {
        PSObject answer = Run(Describe).LastOrDefault() ?? throw Unusable("it did not answer", null);
        string id = $"{answer.Properties["NodeId"]?.Value}";
        string name = $"{answer.Properties["Name"]?.Value}";
        string address = answer.Properties["Port"]?.Value is int port and > 0 ? $"{Computer}:{port}" : Computer;
        return new RemoteIdentity(Core.Identity.NodeId.Parse(id).ToString(), name, address);
    }

    /// <summary>Has it trust a node; answers whether the entry is new there.</summary>
    public bool TrustNode(string nodeId, string name, IReadOnlyList<string> addresses, PeerRights allow) =>
        Run(Trust, ("NodeId", nodeId), ("Name", name), ("Address", addresses.ToArray()), ("Allow", allow.ToString()))
            .LastOrDefault()?.BaseObject is true;

    /// <summary>Takes back an entry that was new.</summary>
    public void ForgetNode(string nodeId) => Run(Forget, ("NodeId", nodeId));

    private PSObject[] Run(string script, params (string Name, object Value)[] arguments)
    {
        try
        {
            using PowerShell shell = PowerShell.Create();
            shell.Runspace = session.Runspace;
            shell.AddScript(script);
            foreach ((string name, object value) in arguments)
            {
                shell.AddParameter(name, value);
            }

            PSObject[] results = [.. shell.Invoke()];
            return shell.Streams.Error.FirstOrDefault() is { } error ? throw Unusable(error.ToString(), error.Exception) : results;
        }
        catch (Exception e) when (e is RuntimeException or InvalidOperationException or InvalidRunspaceStateException)
        {
            throw Unusable(e.Message, e);
        }
    }

    private PeerShareException Unusable(string why, Exception? inner) => new(PeerError.SessionUnusable, Computer, why, inner);
}
