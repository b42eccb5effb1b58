using System.Collections.Immutable;
using Google.Protobuf;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Protocol;

/// <summary>
/// The name of a shared file or folder: a list of segments of which the first is the share. Every instance has passed
/// the rules of the wire, so whoever holds one need not check again.
/// </summary>
/// <remarks>
/// It knows nothing of local paths: what a platform cannot hold is the business of the room that writes files.
/// Comparison is ordinal; two spellings of one character are two names.
/// </remarks>
internal sealed partial class WirePath : IEquatable<WirePath>
{
    /// <summary>The largest number of segments.</summary>
    public const int MaximumSegments = 64;

    /// <summary>The longest segment, in bytes of UTF-8.</summary>
    public const int MaximumSegmentBytes = 255;

    /// <summary>The longest name: the bytes of all segments and one for each separator between them.</summary>
    public const int MaximumBytes = 4096;

    private WirePath(ImmutableArray<string> segments)
    {
        Segments = segments;
    }

    /// <summary>The segments, at least one.</summary>
    public ImmutableArray<string> Segments { get; }

    /// <summary>The first segment.</summary>
    public string Share => Segments[0];

    /// <summary>The last segment.</summary>
    public string Name => Segments[^1];

    /// <summary>The number of segments.</summary>
    public int Count => Segments.Length;

    /// <summary>The name without its last segment, or null when it has only one.</summary>
    public WirePath? Parent => Count == 1 ? null : new WirePath(Segments[..^1]);

    /// <summary>The segments after the share; empty for a share itself.</summary>
    public ReadOnlySpan<string> BelowShare => Segments.AsSpan()[1..];

    /// <summary>The name one level below this one.</summary>
    /// <exception cref="ArgumentException">The result is not allowed on the wire.</exception>
    public WirePath Combine(string segment) => Combine([segment]);

    /// <summary>The name that follows from appending segments.</summary>
    /// <exception cref="ArgumentException">The result is not allowed on the wire.</exception>
    public WirePath Combine(params ReadOnlySpan<string> segments) =>
        TryCreate([.. Segments, .. segments], out WirePath? path, out WireNameFault fault)
            ? path
            : throw new ArgumentException($"The name cannot be used on the wire: {fault}.", nameof(segments));

    /// <summary>The name without its first segments, or null when nothing is left.</summary>
    public WirePath? Skip(int count) => count == 0 ? this : count >= Count ? null : new WirePath(Segments[count..]);

    /// <summary>Whether this name is <paramref name="folder"/> or lies below it.</summary>
    public bool IsAtOrBelow(WirePath folder) =>
        Count >= folder.Count && Segments.AsSpan(0, folder.Count).SequenceEqual(folder.Segments.AsSpan());

    /// <summary>The form that travels.</summary>
    public WireName ToWire() => ToWire(null, null);

    /// <summary>The same, with what it has in common with another name taken from there.</summary>
    public WireName ToWire(WirePath? before, WireName? wireBefore)
    {
        WireName name = new();
        name.Segments.Capacity = Count;
        int same = before is null || wireBefore is null ? 0 : Segments.AsSpan().CommonPrefixLength(before.Segments.AsSpan());
        for (int i = 0; i < Count; i++)
        {
            name.Segments.Add(i < same ? wireBefore!.Segments[i] : ByteString.CopyFromUtf8(Segments[i]));
        }

        return name;
    }

    /// <summary>The segments with <c>/</c> between them. It is raw text of a peer: escape it before printing.</summary>
    public override string ToString() => string.Join('/', Segments);

    /// <summary>The same for messages: no character of it does anything to a terminal.</summary>
    public string ToPrintable() => Diagnostics.Printable.Escape(ToString());

    /// <inheritdoc/>
    public bool Equals(WirePath? other) =>
        other is not null && Segments.AsSpan().SequenceEqual(other.Segments.AsSpan());

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WirePath);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (string segment in Segments)
        {
            hash.Add(segment, StringComparer.Ordinal);
        }

        return hash.ToHashCode();
    }
}
