using System.Management.Automation;

namespace PSPeerShare.Tests.Commands;

/// <summary>Get-, Suspend-, Resume- and Stop-PeerTransfer; the steering of running ones is shown in a real pwsh.</summary>
public sealed class TransferCommandTests : IDisposable
{
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
    public void Those_that_a_command_can_do_nothing_with_are_neither_chosen_nor_completed()
    {
        TwoNodes.Ok(_nodes.OnLaptop("Get-PeerFile -Peer nas -Path share/large.bin -Destination $fetched"));

        foreach (string verb in (string[])["Stop", "Suspend", "Resume"])
        {
            Assert.Empty(TwoNodes.Ok(_nodes.OnLaptop($"{verb}-PeerTransfer -Peer nas -After ([datetime]::Now.AddDays(-1))")).Output);
            Assert.Empty(TwoNodes.Ok(_nodes.OnLaptop($"{verb}-PeerTransfer *")).Output);
            Assert.Equal("TransferEnded", TwoNodes.ErrorId(_nodes.OnLaptop($"{verb}-PeerTransfer -Status Completed")));
            Assert.Contains("-Status", Assert.Single(_nodes.OnLaptop($"{verb}-PeerTransfer").Errors).Exception.Message, StringComparison.Ordinal);
            Assert.Empty(Completions($"{verb}-PeerTransfer "));
        }

        Assert.Single(Completions("Get-PeerTransfer "));
    }

    private IReadOnlyList<PSObject> Completions(string typed) => TwoNodes.Ok(_nodes.OnLaptop(
        "(TabExpansion2 -inputScript $typed -cursorColumn $typed.Length).CompletionMatches | Where-Object ResultType -eq ParameterValue",
        ("typed", typed))).Output;
}
