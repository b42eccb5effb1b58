using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Protocol;

internal sealed partial class WirePath
{
    /// <summary>Reads what a local user types: segments with <c>/</c> between them; one <c>/</c> may end it.</summary>
    /// <param name="text">The text, for example <c>docs/2026/report.pdf</c>.</param>
    /// <param name="path">The name.</param>
    /// <param name="why">What is wrong with the text, as part of a sentence.</param>
    public static bool TryParse(string? text, [NotNullWhen(true)] out WirePath? path, out string why)
    {
        path = null;
        WireNameFault fault = WireNameFault.NoSegments;
        if (!string.IsNullOrEmpty(text))
        {
            string[] parts = (text.Length > 1 && text[^1] == '/' ? text[..^1] : text).Split('/', MaximumSegments + 1);
            TryCreate(parts, out path, out fault);
        }

        why = Explain(fault);
        return path is not null;
    }

    /// <summary>Checks the name of a message.</summary>
    public static bool TryFromWire(
        WireName? name, [NotNullWhen(true)] out WirePath? path, out WireNameFault fault)
    {
        if (name is null)
        {
            path = null;
            fault = WireNameFault.NoSegments;
            return false;
        }

        return TryFromWire(name.Segments, out path, out fault);
    }

    /// <summary>Checks the segments of a message. No string is made before the bytes passed every rule.</summary>
    public static bool TryFromWire(
        IReadOnlyList<ByteString> segments, [NotNullWhen(true)] out WirePath? path, out WireNameFault fault) =>
        TryFromWire(segments, null, 0, out path, out fault);

    /// <summary>The same where the first segments are those of a name that has passed: they are taken from there.</summary>
    /// <param name="segments">All segments.</param>
    /// <param name="before">The other name.</param>
    /// <param name="same">How many segments are byte by byte the same; at most as many as both have.</param>
    /// <param name="path">The name.</param>
    /// <param name="fault">What is wrong with it.</param>
    public static bool TryFromWire(
        IReadOnlyList<ByteString> segments, WirePath? before, int same, [NotNullWhen(true)] out WirePath? path, out WireNameFault fault)
    {
        path = null;
        fault = CheckCount(segments.Count);
        int bytes = -1;
        for (int i = 0; i < segments.Count && fault == WireNameFault.None; i++)
        {
            bytes += segments[i].Length + 1;
            fault = bytes > MaximumBytes ? WireNameFault.TooLong : i < same ? WireNameFault.None : WirePathSegment.Check(segments[i].Span);
        }

        if (fault != WireNameFault.None)
        {
            return false;
        }

        string[] texts = new string[segments.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = i < same ? before!.Segments[i] : segments[i].ToStringUtf8();
        }

        path = new WirePath(ImmutableCollectionsMarshal.AsImmutableArray(texts));
        return true;
    }

    /// <summary>The name one level below this one.</summary>
    public bool TryAppend(string segment, [NotNullWhen(true)] out WirePath? path, out WireNameFault fault)
    {
        path = null;
        fault = CheckCount(Count + 1);
        if (fault == WireNameFault.None)
        {
            fault = WirePathSegment.Check(segment, out int bytes);
            foreach (string above in Segments)
            {
                bytes += Encoding.UTF8.GetByteCount(above) + 1;
            }

            if (fault == WireNameFault.None && bytes > MaximumBytes)
            {
                fault = WireNameFault.TooLong;
            }
        }

        path = fault == WireNameFault.None ? new WirePath(Segments.Add(segment)) : null;
        return path is not null;
    }

    /// <summary>Makes a name of segments that come from this machine: a share's name and names of files.</summary>
    public static bool TryCreate(
        ReadOnlySpan<string> segments, [NotNullWhen(true)] out WirePath? path, out WireNameFault fault)
    {
        path = null;
        fault = CheckCount(segments.Length);
        int bytes = -1;
        for (int i = 0; i < segments.Length && fault == WireNameFault.None; i++)
        {
            fault = WirePathSegment.Check(segments[i], out int length);
            bytes += length + 1;
            if (fault == WireNameFault.None && bytes > MaximumBytes)
            {
                fault = WireNameFault.TooLong;
            }
        }

        if (fault != WireNameFault.None)
        {
            return false;
        }

        path = new WirePath([.. segments]);
        return true;
    }

    /// <summary>Says what is wrong, as part of a sentence.</summary>
    public static string Explain(WireNameFault fault) => fault switch
    {
        WireNameFault.None => string.Empty,
        WireNameFault.NoSegments => "the name is empty",
        WireNameFault.TooManySegments => $"the name has more than {MaximumSegments} segments",
        WireNameFault.TooLong => $"the name takes more than {MaximumBytes} bytes",
        WireNameFault.EmptySegment => "a segment is empty",
        WireNameFault.SegmentTooLong => $"a segment takes more than {MaximumSegmentBytes} bytes",
        WireNameFault.DotSegment => "a segment is '.' or '..'",
        WireNameFault.Separator => "a segment contains '/'",
        WireNameFault.ControlCharacter => "a segment contains a control character",
        _ => "a segment is not valid Unicode",
    };

    private static WireNameFault CheckCount(int count) => count switch
    {
        0 => WireNameFault.NoSegments,
        > MaximumSegments => WireNameFault.TooManySegments,
        _ => WireNameFault.None,
    };
}
