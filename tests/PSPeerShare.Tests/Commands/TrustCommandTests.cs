using System.Management.Automation;
using PSPeerShare.Tests.Hosting;

namespace PSPeerShare.Tests.Commands;

/// <summary>Tickets, the peer book and the identity.</summary>
public sealed class TrustCommandTests : IDisposable
{
    private readonly TwoNodes _nodes = new();

    public void Dispose() => _nodes.Dispose();

    [Fact]
    public void A_ticket_makes_both_sides_trust_each_other()
    {
        PSObject nas = Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Get-Peer")).Output);
        PSObject laptop = Assert.Single(TwoNodes.Ok(_nodes.OnNas("Get-Peer")).Output);

        Assert.Equal("nas", nas.Properties["Name"].Value);
        Assert.Equal(TwoNodes.Ok(_nodes.OnNas("(Get-PeerIdentity).NodeId")).Output[0].ToString(), nas.Properties["NodeId"].Value);
        Assert.Equal("Browse, Read", nas.Properties["Allow"].Value.ToString());
        Assert.Equal("Browse, Read, Write", laptop.Properties["Allow"].Value.ToString());
    }

    [Fact]
    public void A_ticket_binds_from_its_object()
    {
        PSObject ticket = TwoNodes.Ok(_nodes.OnNas("New-PeerTicket -Uses 2 -ExpiresIn 1:00:00")).Output[0];
        TwoNodes.Ok(_nodes.OnLaptop("Remove-Peer nas"));

        EngineResult added = TwoNodes.Ok(_nodes.OnLaptop("$ticket | Add-Peer -Name storage", ("ticket", ticket)));

        Assert.Equal("storage", Assert.Single(added.Output).ToString());
    }

    [Fact]
    public void Rights_in_all_shares_for_a_peer_that_was_limited_to_one_come_with_a_warning()
    {
        TwoNodes.Ok(_nodes.OnNas("Get-Peer | Remove-Peer"));
        PSObject ticket = TwoNodes.Ok(_nodes.OnNas("New-PeerTicket -Share docs")).Output[0];
        TwoNodes.Ok(_nodes.OnLaptop("Get-Peer | Remove-Peer; $null = $ticket | Add-Peer", ("ticket", ticket)));

        EngineResult changed = TwoNodes.Ok(_nodes.OnNas("Get-Peer | Set-Peer -Allow Browse"));

        Assert.Contains("limited to docs", Assert.Single(changed.Warnings), StringComparison.Ordinal);
        Assert.Empty(TwoNodes.Ok(_nodes.OnNas("Get-Peer | Set-Peer -Allow Read")).Warnings);
    }

    [Fact]
    public void A_tickets_text_is_written_once_and_its_id_can_be_taken_back()
    {
        EngineResult result = TwoNodes.Ok(_nodes.OnNas("""
            $ticket = New-PeerTicket -Allow Browse
            "$ticket".StartsWith('pspeer-secret-1:')
            $listed = Get-PeerTicket $ticket.Id
            "$($listed.State) $($listed.Allow) $($listed.UsesLeft) $($null -eq $listed.Ticket)"
            $ticket | Remove-PeerTicket
            "$((Get-PeerTicket $ticket.Id).State)"
            """));

        Assert.Equal(["True", "Open Browse 1 True", "Revoked"], result.Output.Select(line => line.ToString()));
    }

    [Fact]
    public void A_code_is_shown_once_listed_without_its_symbols_and_can_be_taken_back()
    {
        EngineResult result = TwoNodes.Ok(_nodes.OnNas("""
            $code = New-PeerTicket -Code
            $listed = Get-PeerTicket $code.Id
            "$($code.IsCode) $($listed.IsCode) $($listed.State) $($null -eq $listed.Code) $("$listed" -eq $listed.Id)"
            $listed | Remove-PeerTicket
            @(Get-PeerTicket | Where-Object IsCode).Count
            """));

        Assert.Equal(["True True Open True True", "0"], result.Output.Select(line => line.ToString()));
    }

    [Fact]
    public void All_that_a_ticket_shows_is_received_without_trust()
    {
        _nodes.Share("a.txt", "a");
        _nodes.Share("sub/b.txt", "b");
        PSObject ticket = TwoNodes.Ok(_nodes.OnNas("New-PeerTicket")).Output[0];
        TwoNodes.Ok(_nodes.OnNas("Get-Peer | Remove-Peer"));

        EngineResult received = TwoNodes.Ok(_nodes.OnLaptop(
            "Remove-Peer nas; $ticket | Receive-PeerFile -Destination $to", ("ticket", ticket)));

        Assert.Equal(["share/a.txt", "share/sub/b.txt"], received.Output.Select(file => file.Properties["SharePath"].Value.ToString()).Order());
        Assert.Equal("b", File.ReadAllText(Path.Combine(_nodes.Fetched, "share", "sub", "b.txt")));
        Assert.Empty(_nodes.OnLaptop("Get-Peer").Output);
        Assert.Empty(_nodes.OnNas("Get-Peer").Output);
    }

    [Theory]
    [InlineData("Test-Peer 127.0.0.1:99999")]
    [InlineData("Find-PeerFile -Peer 127.0.0.1:99999")]
    [InlineData("Set-Peer nas -Address 127.0.0.1:99999")]
    public void A_port_that_cannot_be_is_said_to_be_the_fault(string command)
    {
        EngineResult result = _nodes.OnLaptop(command);

        Assert.Equal("AddressInvalid", TwoNodes.ErrorId(result));
        Assert.Contains("port is not within 1 and 65535", (result.Terminating ?? result.Errors[0]).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ticket_that_somebody_else_used_says_so()
    {
        PSObject ticket = TwoNodes.Ok(_nodes.OnNas("New-PeerTicket -NodeId (Get-PeerIdentity).NodeId")).Output[0];
        TwoNodes.Ok(_nodes.OnLaptop("Remove-Peer nas"));

        EngineResult result = _nodes.OnLaptop("Add-Peer \"$ticket\"", ("ticket", ticket));

        Assert.Equal("TicketRefused", TwoNodes.ErrorId(result));
        Assert.Matches("refused by 127\\.0\\.0\\.1:\\d+: its uses are taken", result.Errors[0].ToString());
    }

    [Fact]
    public void A_ticket_that_was_taken_back_is_refused()
    {
        PSObject ticket = TwoNodes.Ok(_nodes.OnNas("$t = New-PeerTicket; $t | Remove-PeerTicket; $t")).Output[0];
        TwoNodes.Ok(_nodes.OnLaptop("Remove-Peer nas"));

        EngineResult result = _nodes.OnLaptop("Add-Peer \"$ticket\"", ("ticket", ticket));

        Assert.Equal("TicketRefused", TwoNodes.ErrorId(result));
        Assert.Empty(_nodes.OnLaptop("Get-Peer").Output);
    }

    [Fact]
    public void A_mistyped_ticket_is_an_error_that_does_not_repeat_it()
    {
        EngineResult result = _nodes.OnLaptop("Add-Peer 'pspeer-secret-1:AAAABBBB'");

        Assert.Equal("TicketMalformed", TwoNodes.ErrorId(result));
        Assert.DoesNotContain("AAAABBBB", result.Errors[0].ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("AAAABBBB", result.Errors[0].TargetObject?.ToString() ?? "", StringComparison.Ordinal);
    }

    [Fact]
    public void A_ticket_that_a_terminal_broke_into_lines_is_read()
    {
        string ticket = TwoNodes.Ok(_nodes.OnNas("\"$(New-PeerTicket)\"")).Output[0].ToString();
        TwoNodes.Ok(_nodes.OnLaptop("Remove-Peer nas"));

        EngineResult added = TwoNodes.Ok(_nodes.OnLaptop(
            "Add-Peer $ticket", ("ticket", string.Join("\r\n    ", ticket.Chunk(43).Select(line => new string(line))))));

        Assert.Single(added.Output);
    }

    [Fact]
    public void A_ticket_for_one_folder_shows_that_folder_only()
    {
        _nodes.Share("open/a.txt");
        _nodes.Share("closed/b.txt");
        PSObject ticket = TwoNodes.Ok(_nodes.OnNas("Get-Peer | Remove-Peer; New-PeerTicket -Share share -Path open")).Output[0];
        TwoNodes.Ok(_nodes.OnLaptop("Remove-Peer nas; Add-Peer \"$ticket\" | Out-Null", ("ticket", ticket)));

        EngineResult found = TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile"));

        Assert.Equal("share/open/a.txt", Assert.Single(found.Output).ToString());
        Assert.Equal(["share/open: Browse, Read"], (string[])TwoNodes.Ok(_nodes.OnNas("Get-Peer")).Output[0].Properties["Grants"].Value);
    }

    [Fact]
    public void A_path_of_this_machine_is_no_place_for_a_ticket()
    {
        Directory.CreateDirectory(Path.Combine(_nodes.Shared, "open"));

        Assert.Contains("Did you mean 'share/open'?", MessageOf("New-PeerTicket -Path $local", "open"), StringComparison.Ordinal);
        Assert.Contains("Did you mean 'open'?", MessageOf("New-PeerTicket -Share share -Path $local", "open"), StringComparison.Ordinal);
        Assert.Contains("share/folder", MessageOf("New-PeerTicket -Path /", ""), StringComparison.Ordinal);
        Assert.Contains("There are: share", Assert.Single(TwoNodes.Ok(_nodes.OnNas("New-PeerTicket -Path open/x")).Warnings), StringComparison.Ordinal);

        string MessageOf(string script, string below) =>
            Assert.Single(_nodes.OnNas(script, ("local", Path.Combine(_nodes.Shared, below))).Errors).Exception.Message;
    }

    [Fact]
    public void Ones_own_ticket_is_no_use()
    {
        Assert.Equal("TicketIsOwn", TwoNodes.ErrorId(_nodes.OnNas("New-PeerTicket | Add-Peer")));
    }

    [Fact]
    public void A_name_that_is_taken_gets_a_suffix_and_a_warning()
    {
        string stranger = new NodeIdOfNobody(_nodes.Engine).Text;

        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("Add-Peer -NodeId $id -Name nas -Address 127.0.0.1:1", ("id", stranger)));

        string name = Assert.Single(result.Output).ToString();
        Assert.NotEqual("nas", name);
        Assert.Contains(name, Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void An_entry_can_be_changed_by_name_and_through_the_pipeline()
    {
        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("""
            "$((Set-Peer nas -NewName storage -Allow Browse -RateLimit 2MB).RateLimit)"
            $changed = Get-Peer | Set-Peer -RateLimit 0
            "$($changed.Name) $($changed.Allow) $($null -eq $changed.RateLimit)"
            """));

        Assert.Equal(["2097152", "storage Browse True"], result.Output.Select(line => line.ToString()));
    }

    [Fact]
    public void Whoever_is_removed_gets_nothing_any_more()
    {
        _nodes.Share("a.txt");
        Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Find-PeerFile a.txt")).Output);

        TwoNodes.Ok(_nodes.OnNas("Get-Peer | Remove-Peer"));

        EngineResult result = _nodes.OnLaptop("Find-PeerFile a.txt");
        Assert.Empty(result.Output);
        Assert.Equal("NotTrustedByPeer", TwoNodes.ErrorId(result));
    }

    [Fact]
    public void Names_and_ids_that_nobody_has_are_errors()
    {
        Assert.Equal("PeerNotFound", TwoNodes.ErrorId(_nodes.OnLaptop("Get-Peer nobody")));
        Assert.Equal("PeerNotFound", TwoNodes.ErrorId(_nodes.OnLaptop("Remove-Peer nobody")));
        Assert.Equal("PeerNotFound", TwoNodes.ErrorId(_nodes.OnLaptop("Set-Peer nobody -Allow Browse")));
        Assert.Equal("NodeIdInvalid", TwoNodes.ErrorId(_nodes.OnLaptop("Get-Peer -NodeId ABCDEFG")));
        Assert.Equal("PeerNotFound", TwoNodes.ErrorId(_nodes.OnLaptop("Test-Peer nobody")));
        Assert.Equal("TicketNotFound", TwoNodes.ErrorId(_nodes.OnLaptop("Get-PeerTicket 00")));
        TwoNodes.Ok(_nodes.OnLaptop("Get-Peer no*; Remove-Peer no*; Get-PeerTicket 00*; Remove-PeerTicket 00*"));
    }

    [Fact]
    public void WhatIf_changes_nothing()
    {
        TwoNodes.Ok(_nodes.OnLaptop(
            "Remove-Peer nas -WhatIf; Set-Peer nas -NewName x -WhatIf; New-PeerTicket -WhatIf; New-PeerIdentity -Force -WhatIf; Add-Peer x -WhatIf"));

        Assert.Equal("nas", Assert.Single(_nodes.OnLaptop("Get-Peer").Output).ToString());
        Assert.Empty(_nodes.OnLaptop("Get-PeerTicket").Output);
    }

    [Fact]
    public void A_test_tells_how_a_peer_was_reached()
    {
        PSObject status = Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Get-Peer | Test-Peer")).Output);

        Assert.Equal(true, status.Properties["Reachable"].Value);
        Assert.Equal("TLS 1.3", status.Properties["TlsVersion"].Value);
        Assert.StartsWith("127.0.0.1:", (string)status.Properties["Address"].Value, StringComparison.Ordinal);
        Assert.True((TimeSpan)status.Properties["RoundTrip"].Value > TimeSpan.Zero);
        Assert.Null(status.Properties["ErrorId"].Value);
        Assert.Equal(true, Assert.Single(_nodes.OnLaptop("Test-Peer nas -Quiet").Output).BaseObject);
    }

    [Fact]
    public void A_test_of_nobody_by_name_is_one_of_all_that_are_known()
    {
        Assert.Equal("True nas", Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Test-Peer | ForEach-Object { \"$($_.Reachable) $($_.Peer)\" }")).Output).ToString());
        Assert.Single(TwoNodes.Ok(_nodes.OnLaptop("Remove-Peer nas; Test-Peer")).Warnings);
    }

    [Fact]
    public void A_test_that_fails_is_a_status_with_what_to_do()
    {
        TwoNodes.Ok(_nodes.OnNas("Stop-PeerServer"));

        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop("Test-Peer nas; Test-Peer nas, nobody -Quiet"));

        Assert.Equal(false, result.Output[0].Properties["Reachable"].Value);
        Assert.Equal("PeerUnreachable", result.Output[0].Properties["ErrorId"].Value);
        Assert.NotEmpty((string)result.Output[0].Properties["RecommendedAction"].Value);
        Assert.Equal([false, false], result.Output.Skip(1).Select(answer => answer.BaseObject));
    }

    [Fact]
    public void A_new_identity_is_another_node()
    {
        EngineResult result = TwoNodes.Ok(_nodes.OnLaptop(
            "$old = (Get-PeerIdentity).NodeId; $new = (New-PeerIdentity -Force).NodeId; $old -ne $new; (Get-PeerIdentity).NodeId -eq $new"));

        Assert.Equal([true, true], result.Output.Select(answer => answer.BaseObject));
        Assert.Equal("ServerAlreadyRunning", TwoNodes.ErrorId(_nodes.OnNas("New-PeerIdentity -Force")));
    }

    [Fact]
    public void A_new_identity_asks_first()
    {
        // This host cannot ask, so the question itself is the failure.
        EngineResult result = _nodes.OnLaptop("New-PeerIdentity");

        Assert.Single(result.Errors);
        Assert.Empty(result.Output);
    }
}
