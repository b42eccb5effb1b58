using PSPeerShare.Core.Content;

namespace PSPeerShare.Core.Tests.Content;

public sealed class ContentHashTests
{
    private const string Hex = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";

    [Fact]
    public void Text_and_bytes_come_back_as_they_went_in()
    {
        var hash = ContentHash.Parse(Hex);
        Assert.Equal(Hex, hash.ToString());
        Assert.Equal(Convert.FromHexString(Hex), hash.ToArray());
        Assert.Equal(hash, ContentHash.FromBytes(hash.ToArray()));
        Assert.Equal(hash, ContentHash.Parse(Hex.ToUpperInvariant()));
        Assert.Equal(hash.GetHashCode(), ContentHash.Parse(Hex).GetHashCode());
    }

    [Fact]
    public void Hashes_that_differ_in_one_bit_are_unequal()
    {
        var bytes = Convert.FromHexString(Hex);
        for (var bit = 0; bit < 256; bit++)
        {
            var other = (byte[])bytes.Clone();
            other[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(ContentHash.FromBytes(bytes) != ContentHash.FromBytes(other));
            Assert.False(ContentHash.FromBytes(bytes).Equals(ContentHash.FromBytes(other)));
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00112233445566778899aabbccddeeff0123456789abcdeffedcba987654321")]
    [InlineData("00112233445566778899aabbccddeeff0123456789abcdeffedcba98765432100")]
    [InlineData("00112233445566778899aabbccddeeff0123456789abcdeffedcba987654321g")]
    [InlineData(" 0112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210")]
    [InlineData("0x112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210")]
    public void Anything_but_64_hexadecimal_digits_is_refused(string? text)
    {
        Assert.False(ContentHash.TryParse(text, out var hash));
        Assert.True(hash.IsEmpty);
        var error = Assert.Throws<PeerShareException>(() => ContentHash.Parse(text!));
        Assert.Equal(PeerError.HashInvalid, error.Error);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void Other_than_32_bytes_are_refused(int length) =>
        Assert.Throws<ArgumentException>(() => ContentHash.FromBytes(new byte[length]));

    [Fact]
    public void A_destination_that_is_too_short_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ContentHash.Parse(Hex).CopyTo(new byte[31]));

    [Fact]
    public void Only_the_default_value_is_empty()
    {
        Assert.True(default(ContentHash).IsEmpty);
        Assert.False(ContentHash.Parse(Hex).IsEmpty);
        Assert.False(Blake3Hasher.Hash([]).IsEmpty);
    }
}
