using System.Buffers.Binary;
using System.Text;
using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Files;

/// <summary>What a partial file is going to be: where it goes, and which state of which file it comes from.</summary>
/// <param name="Target">The segments below the root.</param>
/// <param name="Source">Who has it under which name; only compared.</param>
/// <param name="Length">Bytes of the file.</param>
/// <param name="ModifiedUnixNs">Its modification time there.</param>
/// <param name="Root">Its content, where that is known.</param>
internal sealed record PartialKey(
    IReadOnlyList<string> Target, string Source, long Length, long ModifiedUnixNs, ContentHash? Root = null)
{
    /// <summary>The name below which it is kept: one for each target, so that there is never more than one of a target.</summary>
    public string Name => NameOf(Target);

    /// <summary>The name below which partial files of a target are kept.</summary>
    public static string NameOf(IReadOnlyList<string> target) =>
        Blake3Hasher.Hash(Encoding.UTF8.GetBytes(string.Join('/', target))).ToString()[..32];

    /// <summary>Whether bytes that were kept for another key are bytes of this file.</summary>
    /// <remarks>Content says it best; without it, the same name with the same length and time at the same place.</remarks>
    public bool Continues(PartialKey kept) =>
        Length == kept.Length && Target.SequenceEqual(kept.Target)
        && (Root is { } root && kept.Root is { } other
            ? root == other
            : Source == kept.Source && ModifiedUnixNs == kept.ModifiedUnixNs);

    /// <summary>The form in the journal.</summary>
    public byte[] ToBytes()
    {
        List<byte> bytes = [];
        Append(bytes, Length);
        Append(bytes, ModifiedUnixNs);
        bytes.AddRange((Root ?? default).ToArray());
        Append(bytes, Source);
        foreach (string segment in Target)
        {
            Append(bytes, segment);
        }

        return [.. bytes];
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote; null when it is something else.</summary>
    public static PartialKey? FromBytes(ReadOnlySpan<byte> bytes)
    {
        const int Fixed = (2 * sizeof(long)) + ContentHash.SizeInBytes;
        if (bytes.Length < Fixed)
        {
            return null;
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(bytes);
        long modified = BinaryPrimitives.ReadInt64LittleEndian(bytes[sizeof(long)..]);
        ContentHash root = ContentHash.FromBytes(bytes.Slice(2 * sizeof(long), ContentHash.SizeInBytes));
        List<string> texts = [];
        for (bytes = bytes[Fixed..]; !bytes.IsEmpty;)
        {
            int size = bytes.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(bytes);
            if (size < 0 || size > bytes.Length - sizeof(int))
            {
                return null;
            }

            texts.Add(Encoding.UTF8.GetString(bytes.Slice(sizeof(int), size)));
            bytes = bytes[(sizeof(int) + size)..];
        }

        return length < 0 || texts.Count < 2 ? null
            : new PartialKey([.. texts.Skip(1)], texts[0], length, modified, root.IsEmpty ? null : root);
    }

    private static void Append(List<byte> bytes, long value)
    {
        Span<byte> raw = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(raw, value);
        bytes.AddRange(raw);
    }

    private static void Append(List<byte> bytes, string text)
    {
        byte[] raw = Encoding.UTF8.GetBytes(text);
        Span<byte> size = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(size, raw.Length);
        bytes.AddRange(size);
        bytes.AddRange(raw);
    }
}
