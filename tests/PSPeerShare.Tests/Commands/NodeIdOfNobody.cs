using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>A valid node id that answers nowhere.</summary>
internal sealed class NodeIdOfNobody
{
    public NodeIdOfNobody(HostedEngine engine)
    {
        string? before = Environment.GetEnvironmentVariable("PSPEERSHARE_HOME");
        Environment.SetEnvironmentVariable("PSPEERSHARE_HOME", Path.Combine(engine.Folder, "nobody-home"));
        Text = TwoNodes.Ok(engine.Run("(Get-PeerIdentity).NodeId")).Output[0].ToString();
        Environment.SetEnvironmentVariable("PSPEERSHARE_HOME", before);
    }

    public string Text { get; }
}
