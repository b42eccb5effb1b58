using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Find-PeerFile over two real nodes.</summary>
public sealed class FindCommandTests : IDisposable
{
    private readonly TwoNodes _nodes = new();

    public FindCommandTests()
    {
        _nodes.Share("readme.txt", "hello");
        _nodes.Share("images/debian-12.iso", new byte[4096]);
        _nodes.Share("images/old/debian-11.iso", new byte[100]);
    }

    public void Dispose() => _nodes.Dispose();

    [Theory]
    [InlineData("", "share/images/debian-12.iso share/images/old/debian-11.iso share/readme.txt")]
    [InlineData("*.ISO", "share/images/debian-12.iso share/images/old/debian-11.iso")]
    [InlineData("*.txt, *-12*", "share/images/debian-12.iso share/readme.txt")]
    [InlineData("-Path share/images/*", "share/images/debian-12.iso share/images/old/debian-11.iso")]
    [InlineData("-Path share/readme.txt", "share/readme.txt")]
    [InlineData("-MinimumLength 1KB", "share/images/debian-12.iso")]
    [InlineData("-MaximumLength 5", "share/readme.txt")]
    [InlineData("*.iso -Peer nas -MinimumLength 50 -MaximumLength 200", "share/images/old/debian-11.iso")]
    [InlineData("-ModifiedAfter ([datetime]::Now.AddDays(1))", "")]
    [InlineData("readme.txt -ModifiedBefore ([datetime]::Now.AddDays(1)) -ModifiedAfter ([datetime]::Now.AddDays(-1))", "share/readme.txt")]
    [InlineData("nothing.*", "")]
    public void Files_are_found_by_name_path_length_and_time(string arguments, string expected)
    {
        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop($"Find-PeerFile {arguments}"));

        Assert.Equal(expected, string.Join(' ', result.Output.Select(file => file.ToString()).Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void A_file_tells_everything_about_itself()
    {
        string local = Path.Combine(_nodes.Shared, "readme.txt");
        DateTime written = new(2024, 10, 27, 2, 30, 1, DateTimeKind.Local);
        File.SetLastWriteTime(local, written);

        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("""
            $file = Find-PeerFile readme.txt
            "$($file.Name) $($file.Share) $($file.Length) $($file.Peer) $($file.Online)"
            $file.LastWriteTime
            $file.NodeId -eq (Get-Peer nas).NodeId
            """));

        Assert.Equal("readme.txt share 5 nas True", result.Output[0].ToString());
        Assert.Equal(written, result.Output[1].BaseObject);
        Assert.Equal(true, result.Output[2].BaseObject);
    }

    [Fact]
    public void A_peer_that_is_gone_is_one_error_and_the_others_answer()
    {
        string nobody = new NodeIdOfNobody(_nodes.Engine).Text;
        TwoNodes.Ok(_nodes.OnLaptop("Add-Peer -NodeId $id -Name gone -Address 127.0.0.1:1", ("id", nobody)));

        EngineResult result = _nodes.OnLaptop("Find-PeerFile readme.txt");

        Assert.Single(result.Output);
        Assert.Equal("PeerUnreachable", TwoNodes.ErrorId(result));
        Assert.Equal("gone", result.Errors[0].TargetObject.ToString());
    }

    [Fact]
    public void Under_ErrorAction_Stop_the_first_peer_that_fails_ends_the_search()
    {
        EngineResult result = _nodes.OnLaptop("Find-PeerFile -Peer 127.0.0.1:1 -ErrorAction Stop; 'went on'");

        Assert.Equal("PeerUnreachable", TwoNodes.ErrorId(result));
        Assert.NotNull(result.Terminating);
        Assert.Empty(result.Output);
    }

    [Fact]
    public void Peers_can_be_piped_and_one_that_is_unknown_is_an_error()
    {
        EngineResult result = _nodes.OnLaptop("Get-Peer | Find-PeerFile readme.txt; Find-PeerFile readme.txt -Peer nobody, nas");

        Assert.Equal(2, result.Output.Count);
        Assert.Equal("PeerNotFound", TwoNodes.ErrorId(result));
    }

    [Fact]
    public void Ones_own_shares_are_left_out_unless_asked_for()
    {
        const string Find = "Find-PeerFile readme.txt -ErrorAction Ignore";

        Assert.Empty(TwoNodes.Ok(_nodes.OnNas(Find)).Output);
        Assert.Equal("share/readme.txt", Assert.Single(TwoNodes.Ok(_nodes.OnNas(Find + " -IncludeSelf")).Output).ToString());
    }

    [Fact]
    public void Who_has_nobody_to_ask_is_told_what_to_do()
    {
        Assert.Contains("Add-Peer", Assert.Single(TwoNodes.Ok(_nodes.OnNas("Get-Peer | Remove-Peer; Find-PeerFile *.iso")).Warnings), StringComparison.Ordinal);
        Assert.Contains("Start-PeerServer", Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile *.iso -Cached")).Warnings), StringComparison.Ordinal);
        Assert.Empty(TwoNodes.Ok(_nodes.OnNas("Find-PeerFile *.iso -IncludeSelf")).Warnings);
    }

    [Fact]
    public void What_was_left_out_is_told_with_its_peer_share_and_place()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_nodes.Shared, "odd")).FullName;
        File.WriteAllText(Path.Combine(folder, "control\u0001.txt"), "x");

        string warning = Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile *.iso")).Warnings);

        Assert.All((string[])["nas", "1 in the share share", "share/odd"], part => Assert.Contains(part, warning, StringComparison.Ordinal));
        string hash = new('0', 64);
        string error = Assert.Single(_nodes.OnLaptop($"Get-PeerFile -Hash {hash} -Destination $to").Errors).Exception.Message;
        Assert.DoesNotContain("EntriesLeftOut", error, StringComparison.Ordinal);
        Assert.Contains("share/odd", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_copies_at_one_peer_are_one_holder()
    {
        _nodes.Share("copy.txt", "hello");

        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("""
            $hash = (Get-PeerFile nas share/readme.txt -Destination $to).Hash
            @(Find-PeerFile -Hash $hash).Count
            Find-PeerFile -Hash $hash -Unique | ForEach-Object { "$($_.Holders)" }
            """));

        Assert.Equal(["2", "nas"], result.Output.Select(value => value.ToString()));
    }

    [Fact]
    public void A_hash_that_is_none_is_an_error()
    {
        EngineResult result = _nodes.OnLaptop("Find-PeerFile -Hash abc");

        Assert.Equal("HashInvalid", TwoNodes.ErrorId(result));
    }

    [Fact]
    public void Verbose_shows_the_steps_and_otherwise_nothing_is_said()
    {
        Assert.NotEmpty(TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile readme.txt -Verbose")).Verbose);
        Assert.Empty(TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile readme.txt")).Verbose);
    }

    [Fact]
    public void What_was_announced_is_found_without_asking_and_fetched_later()
    {
        Assert.Equal("CatalogUnknown", TwoNodes.ErrorId(_nodes.OnLaptop("Find-PeerFile -Cached -Peer nas")));
        Assert.Empty(TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile -Cached")).Output);

        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("""
            $null = Start-PeerServer -Name laptop -Port 0 -ListenAddress 127.0.0.1
            $null = Find-PeerFile readme.txt
            $end = [datetime]::UtcNow.AddSeconds(60)
            while (@($found = Find-PeerFile -Cached).Count -lt 3 -and [datetime]::UtcNow -lt $end) { [Threading.Thread]::Sleep(50) }
            $found.Count
            $file = Find-PeerFile readme.txt -Cached
            "$($file.SharePath) $($file.Peer) $($file.Online) $($null -ne $file.AsOf)"
            ($file | Get-PeerFile -Destination $to).Status
            (Find-PeerFile readme.txt).AsOf -eq $null
            """));

        Assert.Equal(["3", "share/readme.txt nas False True", "Completed", "True"], result.Output.Select(value => value.ToString()));
    }
}
