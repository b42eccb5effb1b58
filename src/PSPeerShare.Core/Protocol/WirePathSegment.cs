using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace PSPeerShare.Core.Protocol;

/// <summary>The rules for one segment of a name on the wire.</summary>
internal static class WirePathSegment
{
    private static readonly SearchValues<char> s_refused = SearchValues.Create(RefusedCharacters());

    /// <summary>Checks bytes that arrived.</summary>
    public static WireNameFault Check(ReadOnlySpan<byte> segment)
    {
        if (segment.Length > WirePath.MaximumSegmentBytes)
        {
            return WireNameFault.SegmentTooLong;
        }

        if (!Utf8.IsValid(segment))
        {
            return WireNameFault.NotUtf8;
        }

        Span<char> text = stackalloc char[WirePath.MaximumSegmentBytes];
        return CheckText(text[..Encoding.UTF8.GetChars(segment, text)]);
    }

    /// <summary>Checks a name of this machine and counts its bytes.</summary>
    public static WireNameFault Check(string segment, out int length)
    {
        length = 0;
        if (segment.Length > WirePath.MaximumSegmentBytes)
        {
            return WireNameFault.SegmentTooLong;
        }

        // Half a surrogate pair has no UTF-8; Encoding.UTF8 would quietly turn it into another name.
        Span<byte> bytes = stackalloc byte[WirePath.MaximumSegmentBytes];
        OperationStatus status = Utf8.FromUtf16(segment, bytes, out _, out length, replaceInvalidSequences: false);
        return status switch
        {
            OperationStatus.Done => CheckText(segment),
            OperationStatus.DestinationTooSmall => WireNameFault.SegmentTooLong,
            _ => WireNameFault.NotUtf8,
        };
    }

    private static WireNameFault CheckText(ReadOnlySpan<char> segment)
    {
        if (segment.IsEmpty)
        {
            return WireNameFault.EmptySegment;
        }

        if (segment is "." or "..")
        {
            return WireNameFault.DotSegment;
        }

        int at = segment.IndexOfAny(s_refused);
        return at < 0 ? WireNameFault.None
            : segment[at] == '/' ? WireNameFault.Separator
            : WireNameFault.ControlCharacter;
    }

    private static string RefusedCharacters()
    {
        StringBuilder refused = new("/\u007F");
        for (char c = '\0'; c < ' '; c++)
        {
            refused.Append(c).Append((char)(c + 0x80));
        }

        return refused.ToString();
    }
}
