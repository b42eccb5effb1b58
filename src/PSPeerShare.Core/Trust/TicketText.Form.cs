using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Trust;

internal sealed partial record TicketText
{
    private const byte Version = 1;
    private const int CheckBytes = 4;
    private const int MaximumLength = 16 * 1024;
    private const string AnyVersion = "pspeer-secret-";

    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>The line.</summary>
    public string Format()
    {
        var bytes = new ArrayBufferWriter<byte>(256);
        bytes.Write([Version]);
        bytes.Write(TicketId);
        bytes.Write(Secret);
        bytes.Write(Issuer.ToArray());
        bytes.Write([checked((byte)Allow)]);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.GetSpan(2), checked((ushort)Uses));
        bytes.Advance(2);
        BinaryPrimitives.WriteInt64BigEndian(bytes.GetSpan(8), Expires.ToUnixTimeSeconds());
        bytes.Advance(8);
        bytes.Write([checked((byte)Addresses.Count)]);
        foreach (string address in Addresses)
        {
            WriteText(bytes, address);
        }

        WriteText(bytes, Share);
        WriteText(bytes, Path);
        bytes.Write(CheckOf(bytes.WrittenSpan));
        return Prefix + Base64Url.EncodeToString(bytes.WrittenSpan);
    }

    /// <summary>Reads a line. White space around and in it, as line breaks of a mail, does not matter.</summary>
    /// <param name="text">What the user pasted.</param>
    /// <param name="now">The time by which to judge whether it has expired.</param>
    /// <exception cref="PeerShareException">
    /// <see cref="PeerError.TicketMalformed"/> or <see cref="PeerError.TicketExpired"/>; neither shows the text.
    /// </exception>
    public static TicketText Parse(string? text, DateTimeOffset now)
    {
        TicketText ticket = Read(text ?? string.Empty);
        return ticket.Expires > now
            ? ticket
            : throw new PeerShareException(
                PeerError.TicketExpired, ticket.Id, $"its time was over at {ticket.Expires:yyyy-MM-dd HH:mm:ss}Z");
    }

    private static TicketText Read(string text)
    {
        if (text.Length > MaximumLength)
        {
            throw Malformed("it is too long to be a ticket");
        }

        string line = string.Concat(text.Where(c => !char.IsWhiteSpace(c)));
        if (!line.StartsWith(Prefix, StringComparison.Ordinal))
        {
            throw Malformed(line.StartsWith(AnyVersion, StringComparison.Ordinal)
                ? "its version is not known here, or its beginning is mistyped"
                : $"a ticket begins with {Prefix}");
        }

        byte[] bytes = Decode(line.AsSpan(Prefix.Length));
        int length = bytes.Length - CheckBytes;
        if (length < 0 || !CheckOf(bytes.AsSpan(0, length)).AsSpan().SequenceEqual(bytes.AsSpan(length)))
        {
            throw Malformed("it is incomplete or mistyped");
        }

        try
        {
            return ReadFields(bytes.AsSpan(0, length));
        }
        catch (Exception failure) when (failure is ArgumentException or FormatException)
        {
            // The check was right, so this is no slip of the hand: somebody made it like that.
            throw Malformed("its content is not valid");
        }
    }

    private static byte[] Decode(ReadOnlySpan<char> text)
    {
        try
        {
            return Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            throw Malformed("it is incomplete or mistyped");
        }
    }

    private static TicketText ReadFields(ReadOnlySpan<byte> bytes)
    {
        if (Take(ref bytes, 1)[0] != Version)
        {
            throw new FormatException();
        }

        var ticket = new TicketText
        {
            TicketId = Take(ref bytes, IdBytes).ToArray(),
            Secret = Take(ref bytes, SecretBytes).ToArray(),
            Issuer = NodeId.FromBytes(Take(ref bytes, NodeId.SizeInBytes)),
            Allow = (PeerRights)Take(ref bytes, 1)[0],
            Uses = BinaryPrimitives.ReadUInt16BigEndian(Take(ref bytes, 2)),
            Expires = DateTimeOffset.FromUnixTimeSeconds(BinaryPrimitives.ReadInt64BigEndian(Take(ref bytes, 8))),
            Addresses = ReadAddresses(ref bytes),
            Share = ReadText(ref bytes),
            Path = ReadText(ref bytes),
        };
        const PeerRights Known = PeerRights.Browse | PeerRights.Read | PeerRights.Write;
        string place = ticket.Path is null ? ticket.Share ?? "any" : $"{ticket.Share}/{ticket.Path}";
        bool isValid = bytes.IsEmpty
            && !ticket.Issuer.IsEmpty
            && (ticket.Allow & ~Known) == 0
            && ticket.Uses > 0
            && WirePath.TryParse(place, out _, out _);
        return isValid ? ticket : throw new FormatException();
    }

    private static string[] ReadAddresses(ref ReadOnlySpan<byte> bytes)
    {
        int count = Take(ref bytes, 1)[0];
        if (count > MaximumAddresses)
        {
            throw new FormatException();
        }

        string[] addresses = new string[count];
        for (int i = 0; i < count; i++)
        {
            string? text = ReadText(ref bytes);
            addresses[i] = PeerAddress.TryParse(text, out PeerAddress address) ? address.ToString() : throw new FormatException();
        }

        return addresses;
    }

    private static string? ReadText(ref ReadOnlySpan<byte> bytes)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(Take(ref bytes, 2));
        return length == 0 ? null : StrictUtf8.GetString(Take(ref bytes, length));
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int count)
    {
        ReadOnlySpan<byte> taken = count <= bytes.Length ? bytes[..count] : throw new FormatException();
        bytes = bytes[count..];
        return taken;
    }

    private static void WriteText(ArrayBufferWriter<byte> bytes, string? text)
    {
        byte[] encoded = StrictUtf8.GetBytes(text ?? string.Empty);
        BinaryPrimitives.WriteUInt16BigEndian(bytes.GetSpan(2), checked((ushort)encoded.Length));
        bytes.Advance(2);
        bytes.Write(encoded);
    }

    private static byte[] CheckOf(ReadOnlySpan<byte> bytes)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(Prefix));
        hash.AppendData(bytes);
        return hash.GetHashAndReset()[..CheckBytes];
    }

    private static PeerShareException Malformed(string why) => new(PeerError.TicketMalformed, target: null, why);
}
