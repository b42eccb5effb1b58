using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PSPeerShare.Core.Discovery.Dns;

/// <summary>
/// A domain name in its wire form, so that labels keep whatever bytes they have. Equal whatever the case of ASCII
/// letters (RFC 1035 section 2.3.3). Immutable.
/// </summary>
internal sealed class DnsName : IEquatable<DnsName>
{
    /// <summary>With the lengths of the labels and the root's (RFC 1035 section 2.3.4).</summary>
    public const int MaximumBytes = 255;

    public const int LabelBytes = 63;

    private readonly byte[] _wire;

    private DnsName(byte[] wire) => _wire = wire;

    /// <summary>The labels, each after its length, and the root's zero.</summary>
    public ReadOnlySpan<byte> Wire => _wire;

    /// <summary>The first label as text; bytes that are no UTF-8 show as replacement characters.</summary>
    public string FirstLabel => _wire[0] == 0 ? "" : Encoding.UTF8.GetString(_wire, 1, _wire[0]);

    /// <summary>The name of labels that are known to fit.</summary>
    public static DnsName Of(params ReadOnlySpan<string> labels)
    {
        using MemoryStream wire = new();
        foreach (string label in labels)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(label);
            ArgumentOutOfRangeException.ThrowIfZero(bytes.Length);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, LabelBytes);
            wire.WriteByte((byte)bytes.Length);
            wire.Write(bytes);
        }

        wire.WriteByte(0);
        return new DnsName(wire.ToArray());
    }

    /// <summary>The name of a wire form that has been checked.</summary>
    public static DnsName FromWire(ReadOnlySpan<byte> wire) => new(wire.ToArray());

    /// <summary>This name with one more label before it.</summary>
    public DnsName Below(string label)
    {
        byte[] first = Encoding.UTF8.GetBytes(label);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first.Length, LabelBytes);
        return new DnsName([(byte)first.Length, .. first, .. _wire]);
    }

    /// <summary>Whether this name is one label below another.</summary>
    public bool IsBelow(DnsName parent) => _wire[0] != 0 && Same(_wire.AsSpan(_wire[0] + 1), parent._wire);

    public bool Equals([NotNullWhen(true)] DnsName? other) => other is not null && Same(_wire, other._wire);

    public override bool Equals(object? obj) => Equals(obj as DnsName);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (byte b in _wire)
        {
            hash.Add(Lower(b));
        }

        return hash.ToHashCode();
    }

    public override string ToString()
    {
        StringBuilder text = new();
        for (int at = 0; _wire[at] != 0; at += _wire[at] + 1)
        {
            text.Append(Encoding.UTF8.GetString(_wire, at + 1, _wire[at])).Append('.');
        }

        return text.ToString();
    }

    // The lengths of labels are below the letters, so they need no exception.
    private static byte Lower(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;

    private static bool Same(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
        {
            return false;
        }

        for (int i = 0; i < left.Length; i++)
        {
            if (Lower(left[i]) != Lower(right[i]))
            {
                return false;
            }
        }

        return true;
    }
}
