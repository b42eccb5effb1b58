using CsCheck;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

public sealed class TicketTextTests
{
    private const string Symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_:=+/ \n";

    private static readonly DateTimeOffset Now = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    private static readonly Gen<TicketText> Tickets = Gen.Select(
        Gen.Byte.Array[TicketText.IdBytes],
        Gen.Byte.Array[TicketText.SecretBytes],
        Gen.Byte.Array[NodeId.SizeInBytes].Where(bytes => bytes[0] != 0),
        Gen.Int[0, 7],
        Gen.Int[1, 65535],
        Gen.Int[1, 100_000_000],
        OneOf("nas01.lan:22021", "10.0.0.1:1", "[fe80::1]:65535").Array[0, TicketText.MaximumAddresses],
        OneOf<(string?, string?)>((null, null), ("iso", null), ("음악 😀", "폴더/파일.flac")),
        (id, secret, node, allow, uses, life, addresses, place) => new TicketText
        {
            TicketId = id,
            Secret = secret,
            Issuer = NodeId.FromBytes(node),
            Allow = (PeerRights)allow,
            Uses = uses,
            Expires = Now.AddSeconds(life),
            Addresses = addresses,
            Share = place.Item1,
            Path = place.Item2,
        });

    [Fact]
    public void Any_ticket_is_one_line_and_survives_writing_and_reading() => Tickets.Sample(ticket =>
    {
        string text = ticket.Format();
        TicketText read = TicketText.Parse(text, Now);

        // Nothing that a shell, a mail or a chat would change; a double click takes all but the prefix.
        Assert.Matches("^pspeer-secret-1:[A-Za-z0-9_-]+$", text);
        Assert.Equal(ticket.TicketId, read.TicketId);
        Assert.Equal(ticket.Secret, read.Secret);
        Assert.Equal(
            (ticket.Issuer, ticket.Allow, ticket.Uses, ticket.Expires, ticket.Share, ticket.Path),
            (read.Issuer, read.Allow, read.Uses, read.Expires, read.Share, read.Path));
        Assert.Equal(ticket.Addresses, read.Addresses);
    });

    [Fact]
    public void Any_single_changed_character_is_refused() =>
        Gen.Select(Tickets, Gen.Double[0, 1], Gen.Char[Symbols]).Sample((ticket, where, symbol) =>
        {
            char[] text = ticket.Format().ToCharArray();
            int position = (int)(where * (text.Length - 1));
            bool isSame = text[position] == symbol;
            text[position] = symbol;
            return isSame || IsMalformed(new string(text));
        });

    [Fact]
    public void Every_symbol_at_the_last_place_but_the_right_one_is_refused()
    {
        // There base64 has bits to spare, and a decoder that ignored them would take several symbols for one.
        for (int life = 1; life < 4; life++)
        {
            string text = (Sample() with { Share = new string('s', life) }).Format();
            Assert.All(Symbols.Where(symbol => symbol != text[^1]), symbol => Assert.True(IsMalformed(text[..^1] + symbol)));
        }
    }

    [Fact]
    public void Any_missing_or_doubled_character_is_refused() =>
        Gen.Select(Tickets, Gen.Double[0, 1]).Sample((ticket, where) =>
        {
            string text = ticket.Format();
            int position = (int)(where * (text.Length - 1));
            return IsMalformed(text.Remove(position, 1)) && IsMalformed(text.Insert(position, text[position..(position + 1)]));
        });

    [Fact]
    public void Any_cut_off_ticket_is_refused()
    {
        string text = Sample().Format();

        Assert.All(Enumerable.Range(0, text.Length), length => Assert.True(IsMalformed(text[..length])));
    }

    [Fact]
    public void Line_breaks_that_a_mail_has_put_in_do_not_matter()
    {
        string text = Sample().Format();

        Assert.Equal(Sample().Issuer, TicketText.Parse($"  {text[..40]}\r\n {text[40..]}\n", Now).Issuer);
    }

    [Theory]
    [InlineData(null, "a ticket begins with pspeer-secret-1:")]
    [InlineData("K7Q-4MDX", "a ticket begins with pspeer-secret-1:")]
    [InlineData("pspeer-secret-2:AAAA", "its version is not known here, or its beginning is mistyped")]
    [InlineData("pspeer-secret-1:AAAA", "it is incomplete or mistyped")]
    [InlineData("pspeer-secret-1:", "it is incomplete or mistyped")]
    public void What_is_wrong_is_said_without_showing_the_text(string? text, string why)
    {
        var failure = Assert.Throws<PeerShareException>(() => TicketText.Parse(text, Now));

        Assert.Equal((PeerError.TicketMalformed, null, why), (failure.Error, failure.Target, failure.Detail));
    }

    [Fact]
    public void A_huge_text_is_refused_before_it_is_read() =>
        Assert.True(IsMalformed(TicketText.Prefix + new string('A', 1 << 20)));

    [Fact]
    public void A_ticket_past_its_time_is_expired_and_shows_no_secret()
    {
        TicketText ticket = Sample();
        string text = ticket.Format();

        Assert.Equal(ticket.Id, TicketText.Parse(text, ticket.Expires.AddSeconds(-1)).Id);
        var failure = Assert.Throws<PeerShareException>(() => TicketText.Parse(text, ticket.Expires));

        Assert.Equal((PeerError.TicketExpired, ticket.Id), (failure.Error, failure.Target));
        Assert.DoesNotContain(text[TicketText.Prefix.Length..], failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("..", null)]
    [InlineData("a\nb", null)]
    [InlineData("iso", "../x")]
    [InlineData(null, "path-without-share")]
    public void A_well_formed_ticket_with_a_place_that_is_none_is_refused(string? share, string? path) =>
        Assert.True(IsMalformed((Sample() with { Share = share, Path = path }).Format()));

    [Fact]
    public void A_well_formed_ticket_with_hostile_fields_is_refused()
    {
        Assert.True(IsMalformed((Sample() with { Addresses = ["ho\u001bst:1"] }).Format()));
        Assert.True(IsMalformed((Sample() with { Addresses = [.. Enumerable.Repeat("a:1", 9)] }).Format()));
        Assert.True(IsMalformed((Sample() with { Issuer = default }).Format()));
        Assert.True(IsMalformed((Sample() with { Allow = (PeerRights)8 }).Format()));
        Assert.True(IsMalformed((Sample() with { Uses = 0 }).Format()));
    }

    [Fact]
    public void Ones_own_ticket_is_refused()
    {
        TicketText ticket = Sample();

        ticket.RefuseOwn(TrustFixture.Node(2));
        Assert.Equal(PeerError.TicketIsOwn, Assert.Throws<PeerShareException>(() => ticket.RefuseOwn(ticket.Issuer)).Error);
    }

    [Fact]
    public void The_written_form_of_the_object_is_no_secret()
    {
        TicketText ticket = Sample();

        Assert.Equal($"ticket {ticket.Id}", ticket.ToString());
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static bool IsMalformed(string text)
    {
        try
        {
            TicketText.Parse(text, Now);
            return false;
        }
        catch (PeerShareException failure)
        {
            return failure.Error == PeerError.TicketMalformed;
        }
    }

    private static TicketText Sample() => new()
    {
        TicketId = [.. Enumerable.Repeat((byte)1, TicketText.IdBytes)],
        Secret = [.. Enumerable.Repeat((byte)2, TicketText.SecretBytes)],
        Issuer = TrustFixture.Node(1),
        Allow = PeerRights.Browse | PeerRights.Read,
        Uses = 1,
        Expires = Now.AddDays(1),
        Addresses = ["nas01.lan:22021"],
    };
}
