using System.Buffers.Text;
using System.Text;
using PSPeerShare.Core.Trust;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>Secrets that a test knows, in the forms in which something might leave them somewhere, to be looked for.</summary>
internal sealed class SecretSet
{
    private readonly List<(string What, byte[] Bytes)> _all = [];

    public int Count => _all.Count;

    /// <summary>The secret that a ticket carries, the key that follows from it, and the ticket's own text.</summary>
    public void AddTicket(string ticket)
    {
        TicketText text = TicketText.Parse(ticket, DateTimeOffset.UtcNow);
        AddBytes("secret", text.Secret);
        AddBytes("key", text.DeriveKey().ToStored());
        AddText("ticket", ticket[(TicketText.Prefix.Length + 24)..(TicketText.Prefix.Length + 64)]);
    }

    public void AddCode(string code)
    {
        string symbols = code.Replace("-", "", StringComparison.Ordinal);
        foreach (string form in (string[])[code, symbols, code.ToLowerInvariant(), symbols.ToLowerInvariant()])
        {
            AddText("code", form);
            _all.Add(("code", Encoding.Unicode.GetBytes(form)));
        }
    }

    public void AddText(string what, string text) => _all.Add((what, Encoding.UTF8.GetBytes(text)));

    /// <summary>None of them is in what was found there.</summary>
    public void AssertNotIn(string where, ReadOnlySpan<byte> found, Func<string, bool>? mayBeThere = null)
    {
        foreach ((string what, byte[] bytes) in _all)
        {
            Assert.True(
                found.IndexOf(bytes) < 0 || mayBeThere?.Invoke(what) == true, $"{where} holds a {what}: {Encoding.Latin1.GetString(bytes)}");
        }
    }

    private void AddBytes(string what, byte[] bytes)
    {
        _all.Add((what, bytes));
        foreach (string text in (string[])[Convert.ToHexString(bytes), Convert.ToHexStringLower(bytes), Convert.ToBase64String(bytes)[..40], Base64Url.EncodeToString(bytes)[..40]])
        {
            AddText(what, text);
        }
    }
}
