using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>What the Tab key offers.</summary>
public sealed class CompletionTests : IDisposable
{
    private readonly TwoNodes _nodes = new();

    public void Dispose() => _nodes.Dispose();

    [Theory]
    [InlineData("Find-PeerFile -Peer n", "nas")]
    [InlineData("Get-PeerFile -Peer ", "nas")]
    [InlineData("Send-PeerFile x -Peer NA", "nas")]
    [InlineData("Remove-Peer n", "nas")]
    [InlineData("Test-Peer z", "")]
    public void Peers_are_completed_by_name(string typed, string expected)
    {
        Assert.Equal(expected, string.Join(' ', Complete(typed, onNas: false)));
    }

    [Fact]
    public void Peers_are_completed_while_they_cannot_be_reached()
    {
        TwoNodes.Ok(_nodes.OnNas("Stop-PeerServer"));

        Assert.Equal(["nas"], Complete("Test-Peer n", onNas: false));
    }

    [Fact]
    public void Paths_at_a_peer_are_completed_from_what_was_found_and_never_from_local_files()
    {
        _nodes.Share("images/two words.iso");
        _nodes.Share("images/[odd].iso");
        string local = Directory.CreateDirectory(Path.Combine(_nodes.Engine.Folder, "here")).FullName;
        File.WriteAllText(Path.Combine(local, "local.txt"), "x");
        TwoNodes.Ok(_nodes.OnLaptop("$null = $ExecutionContext.SessionState.Path.SetLocation($local)", ("local", local)));

        Assert.Empty(Complete("Get-PeerFile nas ", onNas: false));
        TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile | Out-Null"));
        TwoNodes.Ok(_nodes.OnNas("Stop-PeerServer"));

        Assert.Equal(["share/"], Complete("Get-PeerFile nas ", onNas: false));
        Assert.Equal(["share/images/"], Complete("Get-PeerFile nas share/IM", onNas: false));
        Assert.Equal(["'share/images/two words.iso'", "'share/images/`[odd`].iso'"], Complete("Get-PeerFile nas share/images/", onNas: false));
        Assert.Equal(["'share/images/[odd].iso'"], Complete("Get-PeerFile nas -LiteralPath 'share/images/[", onNas: false));
        Assert.Empty(Complete("Get-PeerFile nobody share/", onNas: false));
        Assert.Empty(Complete("Get-PeerFile -Ticket x -Path sh", onNas: false));
    }

    [Fact]
    public void Shares_and_tickets_are_completed_and_quoted_where_needed()
    {
        string odd = Directory.CreateDirectory(Path.Combine(_nodes.Engine.Folder, "two words")).FullName;
        string id = TwoNodes.Ok(_nodes.OnNas("Add-PeerShare $odd | Out-Null; (New-PeerTicket).Id", ("odd", odd))).Output[0].ToString();

        Assert.Equal(["share", "'two words'"], Complete("Remove-PeerShare ", onNas: true));
        Assert.Contains(id, Complete("Remove-PeerTicket ", onNas: true).Select(text => text.Trim('\'')));
    }

    // Each of these ends a string in single quotes.
    [Theory]
    [InlineData('\'')]
    [InlineData('\u2018')]
    [InlineData('\u2019')]
    [InlineData('\u201A')]
    [InlineData('\u201B')]
    public void A_name_is_one_argument_whatever_quotes_it_has(char quote)
    {
        string name = $"odd{quote};$ran=1;{quote}";
        EngineResult result = TwoNodes.Ok(_nodes.OnNas(
            """
            $ran = 0
            Get-Peer | Set-Peer -NewName $name | Out-Null
            $typed = 'Get-Peer odd'
            $line = 'Get-Peer ' + (TabExpansion2 -inputScript $typed -cursorColumn $typed.Length).CompletionMatches[0].CompletionText
            . ([scriptblock]::Create($line)) | ForEach-Object Name
            $ran
            """,
            ("name", name)));

        Assert.Equal([name, "0"], result.Output.Select(text => text.ToString()));
    }

    private string[] Complete(string typed, bool onNas)
    {
        const string Script = "(TabExpansion2 -inputScript $typed -cursorColumn $typed.Length).CompletionMatches | Where-Object ResultType -eq ParameterValue | ForEach-Object CompletionText";
        EngineResult result = onNas ? _nodes.OnNas(Script, ("typed", typed)) : _nodes.OnLaptop(Script, ("typed", typed));
        return [.. TwoNodes.Ok(result).Output.Select(text => text.ToString())];
    }
}
