using System.Management.Automation;
using System.Security.Cryptography;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>One content at two holders: found once, fetched from both.</summary>
public sealed class SourcesCommandTests : IDisposable
{
    private const string OnMirror = "$env:PSPEERSHARE_HOME = $mirrorHome; ";

    private readonly TwoNodes _nodes = new();
    private readonly byte[] _content = RandomNumberGenerator.GetBytes((16 << 20) + 77);
    private readonly (string, object?) _mirrorHome;

    public SourcesCommandTests()
    {
        _mirrorHome = ("mirrorHome", Path.Combine(_nodes.Engine.Folder, "mirror-home"));
        _nodes.Share("image.iso", _content);
        string copies = Directory.CreateDirectory(Path.Combine(_nodes.Engine.Folder, "copies")).FullName;
        File.WriteAllBytes(Path.Combine(copies, "same.bin"), _content);
        PSObject ticket = TwoNodes.Ok(_nodes.OnNas(
            OnMirror + "$null = Start-PeerServer -LiteralPath $copies -Name mirror -Port 0 -ListenAddress 127.0.0.1; New-PeerTicket",
            ("copies", copies),
            _mirrorHome)).Output[0];
        TwoNodes.Ok(_nodes.OnLaptop("Add-Peer -Ticket \"$ticket\" -Name mirror", ("ticket", ticket)));
    }

    public void Dispose()
    {
        _nodes.OnNas(OnMirror + "Stop-PeerServer -Force -ErrorAction Ignore", _mirrorHome);
        _nodes.Dispose();
    }

    [Fact]
    public void A_content_is_found_once_with_all_its_holders_and_comes_from_them()
    {
        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("""
            $hash = (Get-PeerFile nas share/image.iso -Destination $to/first/).Hash
            $found = @(Find-PeerFile -Hash $hash -Unique)
            $found.Count
            [string[]] $holders = $found[0].Holders | ForEach-Object { "$($_.Peer) $($_.SharePath)" }
            [array]::Sort($holders)
            $holders -join ', '
            @(Find-PeerFile -Hash $hash).Count
            $transfer = $found | Get-PeerFile -Destination $to/second -RateLimit 40MB
            [string[]] $sources = $transfer.Sources.Peer
            [array]::Sort($sources)
            $sources -join ' '
            $sum = 0
            $transfer.Sources.Bytes | ForEach-Object { $sum += $_ }
            $sum
            """));

        Assert.Equal(
            ["1", "mirror copies/same.bin, nas share/image.iso", "2", "mirror nas", $"{_content.Length}"], result.Output.Select(o => o.ToString()));
        Assert.Equal(_content, File.ReadAllBytes(Assert.Single(Directory.GetFiles(Path.Combine(_nodes.Fetched, "second")))));
    }

    [Fact]
    public void With_one_source_only_it_comes_from_its_holder_alone()
    {
        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("""
            $hash = (Get-PeerFile nas share/image.iso -Destination $to/first/).Hash
            (Find-PeerFile -Hash $hash -Peer nas | Get-PeerFile -Destination $to/second -MaxSources 1).Sources.Peer
            (Get-PeerFile -Hash $hash -Peer mirror -Destination $to/third/).Hash -eq $hash
            """));

        Assert.Equal(["nas", "True"], result.Output.Select(o => o.ToString()));
    }
}
