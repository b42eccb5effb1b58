using System.Text;
using CsCheck;
using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Tests.Protocol;

public sealed class WirePathHostileTests
{
    [Fact]
    public void Every_name_of_the_hostile_table_is_refused_wherever_it_stands()
    {
        List<byte[]> table = [.. HostileSegments.Refused()];
        Assert.True(table.Count >= 500, $"only {table.Count} names");

        byte[] honest = "docs"u8.ToArray();
        foreach (byte[] hostile in table)
        {
            AssertRefused(hostile, [hostile]);
            AssertRefused(hostile, [honest, hostile]);
            AssertRefused(hostile, [hostile, honest]);
            AssertRefused(hostile, [honest, hostile, honest]);
        }
    }

    [Fact]
    public void Lookalikes_of_dots_and_separators_are_plain_characters_and_stay_what_they_are()
    {
        foreach (string text in HostileSegments.Lookalikes())
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            Assert.True(TryFromWire([bytes], out WirePath? path, out WireNameFault fault), fault.ToString());
            Assert.Equal(text, path.Name);
        }
    }

    [Fact]
    public void Whatever_bytes_arrive_an_accepted_name_keeps_every_rule_and_its_bytes()
    {
        Gen.Byte.Array[0, 300].Array[0, 70].Sample(
            segments =>
            {
                if (!TryFromWire(segments, out WirePath? path, out _))
                {
                    return true;
                }

                return path.Count is >= 1 and <= 64
                    && path.Segments.Zip(segments).All(p => Encoding.UTF8.GetBytes(p.First).SequenceEqual(p.Second))
                    && path.Segments.All(IsHarmless);
            },
            iter: 20_000);
    }

    [Fact]
    public void Whatever_text_is_typed_an_accepted_name_passes_the_wire_as_well()
    {
        Gen.String[Gen.Char, 0, 40].Sample(
            text => !WirePath.TryParse(text, out WirePath? path, out _)
                || (WirePath.TryFromWire(path.ToWire(), out WirePath? again, out _) && again.Equals(path)),
            iter: 20_000);
    }

    private static bool IsHarmless(string segment) =>
        segment is not ("" or "." or "..")
        && !segment.Contains('/', StringComparison.Ordinal)
        && !segment.Any(char.IsControl)
        && Encoding.UTF8.GetByteCount(segment) <= 255;

    private static void AssertRefused(byte[] hostile, byte[][] segments) =>
        Assert.False(TryFromWire(segments, out _, out _), Convert.ToHexString(hostile));

    private static bool TryFromWire(
        byte[][] segments,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out WirePath? path,
        out WireNameFault fault)
    {
        WireName name = new();
        name.Segments.Add(segments.Select(ByteString.CopyFrom));
        return WirePath.TryFromWire(name, out path, out fault);
    }
}
