using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.Trust;

public sealed class PairingCodeTests
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    [Fact]
    public void A_code_is_six_symbols_and_a_check_symbol_and_reads_back()
    {
        for (int i = 0; i < 200; i++)
        {
            PairingCode code = PairingCode.Create();

            Assert.Matches("^[0-9A-HJKMNP-TV-Z]{3}-[0-9A-HJKMNP-TV-Z]{4}$", code.Reveal());
            Assert.Equal(code.Password, PairingCode.Parse(code.Reveal()).Password);
            Assert.Equal(7, code.Password.Length);
        }
    }

    [Fact]
    public void Case_hyphens_spaces_and_letters_that_look_like_digits_do_not_matter()
    {
        PairingCode code = PairingCode.Parse(WithCheck("10Q4MD"));

        Assert.Equal(code.Password, PairingCode.Parse(code.Reveal().ToLowerInvariant()).Password);
        Assert.Equal(code.Password, PairingCode.Parse(" " + code.Reveal().Replace("-", " - ", StringComparison.Ordinal)).Password);
        Assert.Equal(code.Password, PairingCode.Parse(code.Reveal().Replace("10", "lO", StringComparison.Ordinal)).Password);
        Assert.Equal(code.Password, PairingCode.Parse(code.Reveal().Replace("10", "Io", StringComparison.Ordinal)).Password);
    }

    [Fact]
    public void Every_wrong_symbol_is_noticed()
    {
        for (int round = 0; round < 50; round++)
        {
            char[] symbols = PairingCode.Create().Password;
            for (int place = 0; place < symbols.Length; place++)
            {
                foreach (char other in Alphabet.Where(c => c != symbols[place]))
                {
                    char[] typed = [.. symbols];
                    typed[place] = other;
                    Assert.False(PairingCode.TryParse(new string(typed), out _));
                }
            }
        }
    }

    [Fact]
    public void Every_two_symbols_that_changed_places_are_noticed()
    {
        for (int round = 0; round < 50; round++)
        {
            char[] symbols = PairingCode.Create().Password;
            for (int a = 0; a < symbols.Length; a++)
            {
                for (int b = a + 1; b < symbols.Length; b++)
                {
                    char[] typed = [.. symbols];
                    (typed[a], typed[b]) = (typed[b], typed[a]);
                    Assert.Equal(symbols[a] == symbols[b], PairingCode.TryParse(new string(typed), out _));
                }
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("K7Q-4MD")]
    [InlineData("K7Q-4MDXX")]
    [InlineData("K7Q-4MD!")]
    [InlineData("K7Q_4MDX")]
    [InlineData("pspeer-secret-1:AAAA")]
    [InlineData("УУУ-УУУУ")]
    public void What_is_no_code_is_an_error_that_does_not_repeat_it(string? text)
    {
        PeerShareException error = Assert.Throws<PeerShareException>(() => PairingCode.Parse(text));

        Assert.Equal((PeerError.PairingCodeInvalid, null, null), (error.Error, error.Target, error.Detail));
    }

    [Fact]
    public void The_written_form_for_logs_holds_nothing_of_the_code()
    {
        PairingCode code = PairingCode.Create();

        Assert.Equal("pairing code", $"{code}");
    }

    private static string WithCheck(string six) => Alphabet.Select(check => six + check).Single(text => PairingCode.TryParse(text, out _));
}
