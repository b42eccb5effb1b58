using System.Management.Automation;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Add-, Get- and Remove-PeerShare.</summary>
public sealed class ShareCommandTests : IDisposable
{
    private readonly HostedEngine _engine = new();
    private readonly string _folder;

    public ShareCommandTests() => _folder = Directory.CreateDirectory(Path.Combine(_engine.Folder, "docs")).FullName;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public void A_share_is_kept_under_the_folders_name_and_can_be_ended()
    {
        EngineResult result = TwoNodes.Ok(_engine.Run("""
            $share = Add-PeerShare $folder -Exclude *.tmp
            "$share $($share.LocalPath -eq $folder) $($share.Persistent) $($share.Exclude)"
            "$(Get-PeerShare)"
            Remove-PeerShare docs
            @(Get-PeerShare).Count
            """, ("folder", _folder)));

        Assert.Equal(["docs True True *.tmp", "docs", "0"], result.Output.Select(line => line.ToString()));
        Assert.True(Directory.Exists(_folder));
    }

    [Fact]
    public void A_name_is_given_once()
    {
        EngineResult result = _engine.Run("Add-PeerShare $folder | Out-Null; Add-PeerShare $folder", ("folder", _folder));

        Assert.Equal("ShareExists", TwoNodes.ErrorId(result));
    }

    [Fact]
    public void Shares_go_through_pipelines()
    {
        EngineResult result = TwoNodes.Ok(_engine.Run(
            "$folder | Add-PeerShare -Name a | Remove-PeerShare -WhatIf; Get-PeerShare | Remove-PeerShare; @(Get-PeerShare).Count",
            ("folder", _folder)));

        Assert.Equal(0, Assert.Single(result.Output).BaseObject);
    }

    [Fact]
    public void A_path_is_relative_to_the_sessions_location_and_not_to_the_process()
    {
        EngineResult result = TwoNodes.Ok(_engine.Run(
            "$null = $ExecutionContext.SessionState.Path.SetLocation($root); (Add-PeerShare docs).LocalPath", ("root", _engine.Folder)));

        Assert.Equal(_folder, Assert.Single(result.Output).BaseObject);
    }

    [Fact]
    public void Brackets_are_a_wildcard_in_a_path_and_plain_in_a_literal_path()
    {
        string bracketed = Directory.CreateDirectory(Path.Combine(_engine.Folder, "[d]ocs")).FullName;

        EngineResult result = TwoNodes.Ok(_engine.Run(
            "(Add-PeerShare -Path $path -Name wild).LocalPath; (Add-PeerShare -LiteralPath $path -Name plain).LocalPath", ("path", bracketed)));

        Assert.Equal([_folder, bracketed], result.Output.Select(path => path.ToString()));
    }

    [Fact]
    public void An_unknown_name_is_an_error_and_an_unmatched_wildcard_is_not()
    {
        Assert.Equal("ShareNotFound", TwoNodes.ErrorId(_engine.Run("Get-PeerShare nothing")));
        Assert.Equal("ShareNotFound", TwoNodes.ErrorId(_engine.Run("Remove-PeerShare nothing")));
        TwoNodes.Ok(_engine.Run("Get-PeerShare n*; Remove-PeerShare n*"));
    }

    [Fact]
    public void A_share_can_only_be_for_peers_that_are_known()
    {
        EngineResult result = _engine.Run("Add-PeerShare $folder -Peer stranger", ("folder", _folder));

        Assert.Equal("PeerNotFound", TwoNodes.ErrorId(result));
        Assert.Empty(_engine.Run("Get-PeerShare").Output);
    }

    [Fact]
    public void Each_path_that_fails_is_one_error_and_the_others_go_on()
    {
        EngineResult result = _engine.Run("'./no1', $folder, './no2' | Add-PeerShare", ("folder", _folder));

        Assert.Equal(["./no1", "./no2"], result.Errors.Select(error => error.TargetObject));
        Assert.Equal("docs", Assert.Single(result.Output).ToString());
        Assert.All(result.Errors, error => Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category));
    }

    [Fact]
    public void A_share_for_some_is_hidden_from_others()
    {
        using var nodes = new TwoNodes();
        File.WriteAllText(Path.Combine(_folder, "secret.txt"), "x");
        TwoNodes.Ok(nodes.OnNas("$peer = Get-Peer; Add-PeerShare $folder -Name all | Out-Null; Add-PeerShare $folder -Name mine -Peer $peer", ("folder", _folder)));

        string[] seen = Seen();
        Assert.Equal(["all/secret.txt", "mine/secret.txt"], seen);
        string stranger = new NodeIdOfNobody(nodes.Engine).Text;
        TwoNodes.Ok(nodes.OnNas(
            "Remove-PeerShare mine; $new = Add-Peer -NodeId $id -Name lab; Add-PeerShare $folder -Name mine -Peer lab", ("folder", _folder), ("id", stranger)));
        Assert.Equal(["all/secret.txt"], Seen());

        string[] Seen() =>
            [.. TwoNodes.Ok(nodes.OnLaptop("Find-PeerFile secret.txt")).Output.Select(file => file.ToString()).Order(StringComparer.Ordinal)];
    }
}
