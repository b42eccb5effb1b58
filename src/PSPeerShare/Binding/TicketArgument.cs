using System.Net;
using System.Security;
using PSPeerShare.Output;

namespace PSPeerShare.Binding;

/// <summary>
/// What <c>-Ticket</c> takes: the text of a ticket, a PeerTicket, a SecureString, or a file that holds the text. The
/// engine converts each of them by the constructors.
/// </summary>
/// <remarks>It never prints the text.</remarks>
public sealed class TicketArgument
{
    private const int LongestFile = 64 * 1024;

    /// <summary>The text, also when a terminal or a mail program has broken it into lines.</summary>
    public TicketArgument(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        Text = string.Concat(text.Where(static c => !char.IsWhiteSpace(c)));
    }

    /// <summary>A ticket as New-PeerTicket writes it.</summary>
    public TicketArgument(PeerTicket ticket)
        : this(ticket?.Ticket ?? throw new ArgumentException("Only New-PeerTicket knows the text of a ticket.", nameof(ticket)))
    {
    }

    /// <summary>The text, as Read-Host -AsSecureString or a secret store gives it.</summary>
    public TicketArgument(SecureString text)
        : this(new NetworkCredential("", text).Password)
    {
    }

    /// <summary>A file that holds nothing but the text.</summary>
    public TicketArgument(FileInfo file)
        : this(Read(file))
    {
    }

    /// <summary>The text, which is a secret.</summary>
    internal string Text { get; }

    /// <summary>Nothing of the text.</summary>
    public override string ToString() => "ticket";

    private static string Read(FileInfo file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Length <= LongestFile
            ? File.ReadAllText(file.FullName)
            : throw new ArgumentException("The file is too long to hold a ticket.", nameof(file));
    }
}
