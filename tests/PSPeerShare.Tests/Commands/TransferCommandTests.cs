using System.Management.Automation;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Get-, Suspend-, Resume- and Stop-PeerTransfer, from another runspace than the one that transfers.</summary>
public sealed class TransferCommandTests : IDisposable
{
    private const string Fetch = "Get-PeerFile -Peer nas -Path share/large.bin -Destination $fetched -RateLimit 8MB";

    private readonly TwoNodes _nodes = new();

    public TransferCommandTests()
    {
        _nodes.Share("large.bin", new byte[30_000_000]);
        _nodes.Engine.Run("$fetched = $to", ("to", _nodes.Fetched));
    }

    public void Dispose() => _nodes.Dispose();

    [Fact]
    public void A_transfer_is_listed_and_refused_what_it_cannot_do_any_more()
    {
        PSObject transfer = Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Get-PeerFile -Peer nas -Path share/large.bin -Destination $fetched")).Output);
        object id = transfer.Properties["Id"].Value;

        PSObject listed = Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Get-PeerTransfer $id -Status Completed -Peer nas", ("id", id))).Output);
        Assert.Equal(transfer.Properties["Hash"].Value, listed.Properties["Hash"].Value);
        Assert.Equal("TransferEnded", TwoNodes.ErrorId(_nodes.OnLaptop("Stop-PeerTransfer $id", ("id", id))));
        Assert.Equal("TransferEnded", TwoNodes.ErrorId(_nodes.OnLaptop("Suspend-PeerTransfer $id", ("id", id))));
        Assert.Equal("TransferEnded", TwoNodes.ErrorId(_nodes.OnLaptop("Resume-PeerTransfer $id", ("id", id))));
        Assert.Equal("TransferNotFound", TwoNodes.ErrorId(_nodes.OnLaptop("Get-PeerTransfer nobody")));
    }

    [Fact]
    public void A_stopped_transfer_is_resumed_by_the_pipeline()
    {
        (PowerShell shell, Task<PSDataCollection<PSObject>> finished) = _nodes.StartOnLaptop($"$fetched = '{_nodes.Fetched}'; {Fetch}");
        using (shell)
        {
            using HostedEngine other = new();
            EngineResult stopped = TwoNodes.Ok(other.Run("""
                while (-not ($running = Get-PeerTransfer -Status Running)) { }
                $running | Stop-PeerTransfer -WhatIf
                $running | Stop-PeerTransfer
                while (-not (Get-PeerTransfer -Status Stopped)) { }
                Get-PeerTransfer -Status Stopped
                """));
            Assert.Single(stopped.Output);
            Assert.True(Task.WaitAny([finished], TimeSpan.FromSeconds(30)) == 0);
        }

        PSObject done = Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Get-PeerTransfer -Status Stopped | Resume-PeerTransfer")).Output);
        Assert.Equal("Completed", done.Properties["Status"].Value.ToString());
        Assert.Equal(30_000_000, new FileInfo(Path.Combine(_nodes.Fetched, "large.bin")).Length);
    }
}
