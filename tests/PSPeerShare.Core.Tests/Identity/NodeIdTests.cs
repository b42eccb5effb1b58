using System.Security.Cryptography;
using CsCheck;
using PSPeerShare.Core.Identity;

namespace PSPeerShare.Core.Tests.Identity;

public sealed class NodeIdTests
{
    private static readonly Gen<NodeId> Ids = Gen.Byte.Array[NodeId.SizeInBytes]
        .Where(bytes => bytes.Any(value => value != 0))
        .Select(bytes => NodeId.FromBytes(bytes));

    [Theory]
    [InlineData(
        "7f7c8723ecca5b4d22061c4981b34c34d865ec376be1eb74330873c9a6f9b205",
        "P56IOI7-MZJNU2Y-IQGDREY-DM2MGTI-MGL3BXN-PQ6W5BM-TBBZ4TJ-XZWICQ2")]
    [InlineData(
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
        "AAAQEAY-EAUDAOB-CAJBIFQ-YDIOB4B-IBCEQTC-QKRMFYX-YDENBWH-A5DYPQG")]
    [InlineData(
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "7777777-777777N-7777777-777777N-7777777-777777N-7777777-77777Q4")]
    public void An_id_is_written_as_a_device_id_and_read_back(string hex, string text)
    {
        NodeId id = NodeId.FromBytes(Convert.FromHexString(hex));

        Assert.Equal(text, id.ToString());
        Assert.Equal(id, NodeId.Parse(text));
        Assert.Equal(hex, Convert.ToHexStringLower(id.ToArray()));
    }

    [Fact]
    public void Ids_that_share_a_place_keep_their_own_text()
    {
        NodeId[] ids = [.. Enumerable.Range(0, 300).Select(i => NodeId.FromBytes(SHA256.HashData(BitConverter.GetBytes(i))))];

        Parallel.For(0, 20_000, i =>
        {
            NodeId id = ids[i % ids.Length];
            Assert.Equal(id, NodeId.Parse(id.ToString()));
        });

        Assert.Equal(ids.Length, ids.Select(id => id.ToString()).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_check_symbol_is_counted_from_the_left() =>
        Assert.Equal('G', NodeIdText.CheckSymbol("AB725E4GHIQPL3ZFGT"));

    [Theory]
    [InlineData("P561017MZJNU2YIQGDREYDM2MGTIMGL3BXNPQ6W5BMT88Z4TJXZWICQ2")]
    [InlineData("p56ioi7-mzjnu2y-iqgdrey-dm2mgti-mgl3bxn-pq6w5bm-tbbz4tj-xzwicq2")]
    [InlineData(" P56IOI7 MZJNU2Y IQGDREY DM2MGTI MGL3BXN PQ6W5BM TBBZ4TJ XZWICQ2 ")]
    public void Typing_habits_are_forgiven(string text) =>
        Assert.Equal("P56IOI7-MZJNU2Y-IQGDREY-DM2MGTI-MGL3BXN-PQ6W5BM-TBBZ4TJ-XZWICQ2", NodeId.Parse(text).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("P56IOI7")]
    [InlineData("P56IOI7MZJNU2IQGDREYDM2MGTMGL3BXNPQ6W5BTBBZ4TJXZWIC")]
    [InlineData("P56IOI7-MZJNU2Y-IQGDREY-DM2MGTI-MGL3BXN-PQ6W5BM-TBBZ4TJ-XZWICQ2A")]
    [InlineData("P56IOI7-MZJNU2Y-IQGDREY-DM2MGTI-MGL3BXN-PQ6W5BM-TBBZ4TJ-XZWICQ9")]
    [InlineData("P56IOI7_MZJNU2Y_IQGDREY_DM2MGTI_MGL3BXN_PQ6W5BM_TBBZ4TJ_XZWICQ2")]
    [InlineData("AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA-AAAAAAA")]
    public void What_is_no_full_id_is_refused(string? text)
    {
        Assert.False(NodeId.TryParse(text, out NodeId id));
        Assert.True(id.IsEmpty);
    }

    [Fact]
    public void A_refused_id_names_the_error_and_shows_nothing_unescaped()
    {
        var failure = Assert.Throws<PeerShareException>(() => NodeId.Parse("nas\u001b[31m"));

        Assert.Equal(PeerError.NodeIdInvalid, failure.Error);
        Assert.Equal("nas\\u{001B}[31m", failure.Target);
    }

    [Fact]
    public void Any_id_survives_writing_and_reading() =>
        Ids.Sample(id => NodeId.Parse(id.ToString()) == id && id.ToString().Length == 63);

    [Fact]
    public void Any_single_wrong_symbol_is_refused()
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        Gen.Select(Ids, Gen.Int[0, 55], Gen.Int[0, 31]).Sample((id, position, symbol) =>
        {
            char[] text = id.ToString().Replace("-", string.Empty, StringComparison.Ordinal).ToCharArray();
            bool isSame = text[position] == Alphabet[symbol];
            text[position] = Alphabet[symbol];
            return NodeId.TryParse(new string(text), out _) == isSame;
        });
    }

    [Fact]
    public void An_id_is_the_hash_of_the_whole_certificate()
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new System.Security.Cryptography.X509Certificates.CertificateRequest("CN=x", key, HashAlgorithmName.SHA256);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));

        Assert.Equal(SHA256.HashData(certificate.RawData), NodeId.FromCertificate(certificate).ToArray());
    }

    [Fact]
    public void Ids_compare_by_their_bytes_and_the_empty_id_is_written_as_nothing()
    {
        NodeId one = NodeId.FromBytes(SHA256.HashData("one"u8));
        NodeId same = NodeId.FromBytes(SHA256.HashData("one"u8));
        NodeId other = NodeId.FromBytes(SHA256.HashData("other"u8));

        Assert.True(one == same && one != other && one.Equals((object)same));
        Assert.Equal(one.GetHashCode(), same.GetHashCode());
        Assert.Equal(one.ToString()[..7], one.ShortId);
        Assert.Equal(string.Empty, default(NodeId).ToString());
        Assert.Throws<ArgumentException>(() => NodeId.FromBytes(new byte[31]));
    }
}
