using System.Management.Automation;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Send-PeerFile over two real nodes.</summary>
public sealed class SendCommandTests : IDisposable
{
    private readonly TwoNodes _nodes = new();
    private readonly string _reports;

    public SendCommandTests()
    {
        _reports = Path.Combine(_nodes.Engine.Folder, "reports");
        Directory.CreateDirectory(Path.Combine(_reports, "deep"));
        File.WriteAllText(Path.Combine(_reports, "one.txt"), "1");
        File.WriteAllText(Path.Combine(_reports, "[a].txt"), "brackets");
        File.WriteAllText(Path.Combine(_reports, "a.txt"), "plain");
        File.WriteAllText(Path.Combine(_reports, "deep", "two.txt"), "22");
    }

    public void Dispose() => _nodes.Dispose();

    [Fact]
    public void Files_land_in_this_nodes_folder_of_the_inbox()
    {
        EngineResult result = TwoNodes.Ok(Send("Send-PeerFile $reports/one.txt nas"));

        PSObject transfer = Assert.Single(result.Output);
        Assert.Equal(["one.txt"], Arrived());
        Assert.Equal("Completed", transfer.Properties["Status"].Value.ToString());
        Assert.Equal("Send", transfer.Properties["Direction"].Value.ToString());
        Assert.Equal(Path.Combine(_reports, "one.txt"), transfer.Properties["LocalPath"].Value);
    }

    [Fact]
    public void Wildcards_are_for_Path_and_not_for_LiteralPath()
    {
        TwoNodes.Ok(Send("Send-PeerFile -LiteralPath $reports/[a].txt -Peer nas"));
        Assert.Equal(["[a].txt"], Arrived());

        TwoNodes.Ok(Send("Send-PeerFile -Path $reports/[ao]*.txt -Peer nas -Destination more"));
        Assert.Equal(["[a].txt", "more/a.txt", "more/one.txt"], Arrived());
    }

    [Fact]
    public void Files_come_through_the_pipeline_by_their_PSPath()
    {
        EngineResult result = TwoNodes.Ok(Send("""
            [IO.Directory]::GetFiles($reports) | ForEach-Object { [pscustomobject] @{ PSPath = "FileSystem::$_" } } | Send-PeerFile -Peer nas
            """));

        Assert.Equal(3, result.Output.Count);
        Assert.Equal(["[a].txt", "a.txt", "one.txt"], Arrived());
    }

    [Fact]
    public void A_folder_is_sent_only_with_Recurse()
    {
        EngineResult refused = Send("Send-PeerFile $reports nas");
        Assert.Equal("PathIsFolder", TwoNodes.ErrorId(refused));
        Assert.Empty(refused.Output);

        TwoNodes.Ok(Send("Send-PeerFile $reports nas -Recurse"));
        Assert.Equal(["reports/[a].txt", "reports/a.txt", "reports/deep/two.txt", "reports/one.txt"], Arrived());
    }

    [Fact]
    public void The_same_content_again_is_unchanged()
    {
        TwoNodes.Ok(Send("Send-PeerFile $reports/one.txt nas"));

        PSObject again = Assert.Single(TwoNodes.Ok(Send("Send-PeerFile $reports/one.txt nas")).Output);

        Assert.Equal("Unchanged", again.Properties["Status"].Value.ToString());
        Assert.Equal(["one.txt"], Arrived());
    }

    [Fact]
    public void Whoever_may_not_write_gets_an_error_and_nothing_goes_on_in_the_pipeline()
    {
        TwoNodes.Ok(_nodes.OnNas("Get-Peer | Set-Peer -Allow Browse, Read"));

        EngineResult result = Send("Send-PeerFile $reports/one.txt nas | ForEach-Object { [IO.File]::Delete($_.LocalPath) }");

        Assert.Equal("PushRefused", TwoNodes.ErrorId(result));
        Assert.Equal("PeerTransfer", PSObject.AsPSObject(result.Errors[0].TargetObject).BaseObject.GetType().Name);
        Assert.True(File.Exists(Path.Combine(_reports, "one.txt")));
    }

    [Fact]
    public void A_peer_that_is_gone_costs_its_own_errors_only()
    {
        string nobody = new NodeIdOfNobody(_nodes.Engine).Text;
        TwoNodes.Ok(_nodes.OnLaptop("Add-Peer -NodeId $id -Name gone -Address 127.0.0.1:1", ("id", nobody)));

        EngineResult result = Send("Send-PeerFile $reports/one.txt -Peer nas, gone -TimeoutSec 5");

        Assert.Equal("nas", Assert.Single(result.Output).Properties["Peer"].Value);
        Assert.Equal("PeerUnreachable", TwoNodes.ErrorId(result));
    }

    [Fact]
    public void What_is_not_in_the_file_system_is_refused()
    {
        Assert.Equal("PathNotFileSystem", TwoNodes.ErrorId(Send("Send-PeerFile Env:HOME nas")));
        Assert.Equal("PathNotFound", TwoNodes.ErrorId(Send("Send-PeerFile $reports/nothing.txt nas")));
        Assert.Equal("PeerNotFound", TwoNodes.ErrorId(Send("Send-PeerFile $reports/one.txt nobody")));
    }

    [Fact]
    public void WhatIf_lists_sizes_and_sends_nothing()
    {
        string said = new RecordingHost().Run(
            BuiltModule.Manifest, _nodes.LaptopHome, "Send-PeerFile $reports -Recurse nas -WhatIf", ("reports", _reports));

        Assert.Contains("Send 2 B to nas", said, StringComparison.Ordinal);
        Assert.Empty(Arrived());
    }

    private EngineResult Send(string script) => _nodes.OnLaptop(script, ("reports", _reports));

    // Below this node's own folder.
    private string[] Arrived() => !Directory.Exists(_nodes.Inbox)
        ? []
        : [.. Directory.EnumerateFiles(_nodes.Inbox, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(_nodes.Inbox, file).Split('/', 2)[1])
            .Order(StringComparer.Ordinal)];
}
