using System.Buffers.Text;
using System.Text;
using PSPeerShare.Core.Diagnostics;
using PSPeerShare.Core.Node;
using PSPeerShare.Core.Tests.TestKit;
using PSPeerShare.Core.Transfer;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Hostile;

/// <summary>T3: after a day with tickets nothing on disk lets anyone make one.</summary>
public sealed class SecretTests
{
    [Fact]
    public async Task No_ticket_and_no_secret_is_found_in_any_file_of_either_home()
    {
        await using TestNode issuer = new();
        await using TestNode redeemer = new();
        issuer.Write("docs/open.txt", "open"u8.ToArray());
        foreach (TestNode node in (TestNode[])[issuer, redeemer])
        {
            await node.Node.StartServerAsync(
                new ServerOptions { Paths = node == issuer ? [issuer["docs"]] : [], Port = 0, ListenAddresses = [System.Net.IPAddress.Loopback], LogLevel = PeerLogLevel.Verbose },
                TestNode.Patience);
        }

        List<TicketInfo> tickets = [];
        for (int i = 0; i < 4; i++)
        {
            tickets.Add(await issuer.Node.NewTicketAsync(new TicketOptions { ExpiresIn = TimeSpan.FromHours(1 + i) }, TestNode.Patience));
        }

        List<string> told = [];
        await RedeemAsync(redeemer, tickets[0].Ticket, told);
        await issuer.Node.RevokeTicketAsync(tickets[1].Id, TestNode.Patience);
        await RedeemAsync(redeemer, tickets[1].Ticket, told);
        await RedeemAsync(redeemer, tickets[2].Ticket[..^3], told);
        await RedeemAsync(redeemer, tickets[2].Ticket.Replace("1:", "2:", StringComparison.Ordinal), told);
        await RedeemAsync(issuer, tickets[3].Ticket, told);
        await redeemer.FetchAsync(new FetchOptions { Destination = redeemer.Folder("in") }, await redeemer.FindAsync());
        told.AddRange(issuer.Node.GetTickets().Select(ticket => ticket.ToString()));
        Assert.Equal(4, told.Count(line => line.Contains(nameof(PeerShareException), StringComparison.Ordinal)));
        await redeemer.Node.DisposeAsync();
        await issuer.Node.DisposeAsync();

        byte[][] traces = [.. tickets.SelectMany(TracesOf)];
        List<string> hits = [];
        int files = 0;
        foreach (string file in (string[])[.. FilesOf(issuer.Home), .. FilesOf(redeemer.Home)])
        {
            files++;
            byte[] content = File.ReadAllBytes(file);
            hits.AddRange(traces.Where(trace => content.AsSpan().IndexOf(trace) >= 0).Select(trace => $"{file}: {Encoding.Latin1.GetString(trace)}"));
        }

        Assert.Empty(hits);
        Assert.True(files >= 6, $"{files} files");
        Assert.DoesNotContain(told, line => traces.Any(trace => line.Contains(Encoding.Latin1.GetString(trace), StringComparison.OrdinalIgnoreCase)));
        Assert.Contains(FilesOf(issuer.Home), file => Path.GetFileName(file).StartsWith("audit", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_key_of_a_ticket_is_in_no_log()
    {
        await using TestNode issuer = new();
        await using TestNode redeemer = new();
        await issuer.StartAsync();
        TicketInfo ticket = await issuer.Node.NewTicketAsync(new TicketOptions(), TestNode.Patience);
        await redeemer.Node.AddPeerAsync(new AddPeerOptions { Ticket = ticket.Ticket }, TestNode.Patience);
        await redeemer.Node.DisposeAsync();
        await issuer.Node.DisposeAsync();

        byte[] key = TicketText.Parse(ticket.Ticket, DateTimeOffset.UtcNow).DeriveKey().ToStored();
        foreach (string log in Directory.GetFiles(Path.Combine(issuer.Home, "logs")).Concat(Directory.GetFiles(Path.Combine(redeemer.Home, "logs"))))
        {
            string text = File.ReadAllText(log);
            Assert.DoesNotContain(Convert.ToHexString(key), text, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(key)[..40], text, StringComparison.Ordinal);
            Assert.DoesNotContain(Base64Url.EncodeToString(key)[..40], text, StringComparison.Ordinal);
        }
    }

    private static string[] FilesOf(string home) => Directory.GetFiles(home, "*", SearchOption.AllDirectories);

    private static async Task RedeemAsync(TestNode node, string ticket, List<string> told)
    {
        try
        {
            AddedPeer added = await node.Node.AddPeerAsync(new AddPeerOptions { Ticket = ticket }, TestNode.Patience);
            told.Add(added.ToString());
        }
        catch (PeerShareException e)
        {
            told.Add(e.ToString());
        }
    }

    private static IEnumerable<byte[]> TracesOf(TicketInfo info)
    {
        string text = info.Ticket;
        byte[] secret = TicketText.Parse(text, DateTimeOffset.UtcNow).Secret;
        yield return Encoding.ASCII.GetBytes(TicketText.Prefix);

        // The secret fills bytes 17 to 48 of the ticket, so characters 24 to 64 after the prefix.
        yield return Encoding.ASCII.GetBytes(text[(TicketText.Prefix.Length + 24)..(TicketText.Prefix.Length + 64)]);
        yield return secret;
        yield return Encoding.ASCII.GetBytes(Convert.ToHexString(secret));
        yield return Encoding.ASCII.GetBytes(Convert.ToHexStringLower(secret));
        yield return Encoding.ASCII.GetBytes(Convert.ToBase64String(secret)[..40]);
        yield return Encoding.ASCII.GetBytes(Base64Url.EncodeToString(secret)[..40]);
    }
}
