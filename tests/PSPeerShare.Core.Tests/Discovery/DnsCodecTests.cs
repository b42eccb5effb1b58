using System.Net;
using CsCheck;
using PSPeerShare.Core.Discovery.Dns;

namespace PSPeerShare.Core.Tests.Discovery;

public sealed class DnsCodecTests
{
    private static readonly DnsName Service = DnsName.Of("_pspeershare", "_tcp", "local");

    [Fact]
    public void What_is_written_is_read_again()
    {
        DnsMessage message = Sample();

        Assert.True(DnsReader.TryRead(DnsWriter.Write(message), out DnsMessage? read));

        Assert.Equal((7, true, false), (read.Id, read.IsResponse, read.IsTruncated));
        Assert.Equal(message.Questions, read.Questions);
        Assert.Equal(message.Answers.Select(Facts), read.Answers.Select(Facts));
        Assert.Equal(message.Additional.Select(Facts), read.Additional.Select(Facts));
    }

    [Fact]
    public void Names_are_compressed_and_come_back_whole()
    {
        DnsName instance = Service.Below("nas (P56IOI7)");
        byte[] datagram = DnsWriter.Write(new DnsMessage
        {
            IsResponse = true,
            Answers = [DnsRecord.Ptr(Service, instance, 4500), DnsRecord.Srv(instance, 22021, DnsName.Of("pspeer-p56ioi7", "local"), 120)],
        });

        Assert.InRange(datagram.Length, 60, 110);
        Assert.True(DnsReader.TryRead(datagram, out DnsMessage? read));
        Assert.Equal(instance, read.Answers[0].Target);
        Assert.Equal(("pspeer-p56ioi7.local.", 22021), (read.Answers[1].Target.ToString(), read.Answers[1].Port));
    }

    [Fact]
    public void A_name_is_the_same_whatever_the_case()
    {
        DnsName other = DnsName.Of("_PSPeerShare", "_TCP", "LOCAL");

        Assert.Equal(Service, other);
        Assert.Equal(Service.GetHashCode(), other.GetHashCode());
        Assert.True(other.Below("x").IsBelow(Service));
        Assert.False(Service.IsBelow(Service));
    }

    [Fact]
    public void Records_of_others_are_passed_over()
    {
        // An NSEC (47) and an HINFO (13), between which stands an A.
        byte[] datagram =
        [
            0, 0, 0x84, 0, 0, 0, 0, 3, 0, 0, 0, 0,
            1, (byte)'a', 0, 0, 47, 0, 1, 0, 0, 0, 9, 0, 2, 1, 2,
            0xC0, 12, 0, 1, 0x80, 1, 0, 0, 0, 9, 0, 4, 10, 0, 0, 1,
            0xC0, 12, 0, 13, 0, 1, 0, 0, 0, 9, 0, 1, 5,
        ];

        Assert.True(DnsReader.TryRead(datagram, out DnsMessage? read));

        DnsRecord record = Assert.Single(read.Answers);
        Assert.Equal((IPAddress.Parse("10.0.0.1"), true, 9u), (record.Address, record.IsUnique, record.Seconds));
    }

    [Theory]
    [InlineData("a pointer to itself", new byte[] { 0xC0, 12, 0, 12, 0, 1 })]
    [InlineData("a pointer ahead", new byte[] { 0xC0, 14, 0, 12, 0, 1 })]
    [InlineData("a pointer behind a label that leads back to it", new byte[] { 1, 65, 0xC0, 12, 0, 12, 0, 1 })]
    [InlineData("a label of a kind that is none", new byte[] { 0x80, 65, 0, 0, 12, 0, 1 })]
    [InlineData("a label beyond the end", new byte[] { 63, 65, 66 })]
    [InlineData("a name without an end", new byte[] { 1, 65, 1, 66 })]
    [InlineData("no class", new byte[] { 1, 65, 0, 0, 12 })]
    public void A_broken_question_is_refused(string what, byte[] question)
    {
        byte[] datagram = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. question];

        Assert.False(DnsReader.TryRead(datagram, out _), what);
    }

    [Fact]
    public void A_name_that_grows_beyond_255_bytes_by_pointers_is_refused()
    {
        List<byte> datagram = [0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0];
        int before = -1;
        for (int i = 0; i < 5; i++)
        {
            int start = datagram.Count;
            datagram.AddRange([63, .. Enumerable.Repeat((byte)'x', 63)]);
            datagram.AddRange(before < 0 ? [0] : [(byte)(0xC0 | (before >> 8)), (byte)before]);
            datagram.AddRange([0, 12, 0, 1]);
            before = start;
        }

        Assert.False(DnsReader.TryRead(datagram.ToArray(), out _));
        datagram[5] = 3;
        Assert.True(DnsReader.TryRead(datagram.ToArray(), out _));
    }

    [Fact]
    public void More_items_than_the_limit_are_refused()
    {
        byte[] datagram = new byte[DnsMessage.MaximumBytes];
        datagram[4] = (DnsMessage.MaximumItems + 1) >> 8;
        datagram[5] = (DnsMessage.MaximumItems + 1) & 0xFF;

        Assert.False(DnsReader.TryRead(datagram, out _));
        Assert.False(DnsReader.TryRead(new byte[DnsMessage.MaximumBytes + 1], out _));
    }

    [Fact]
    public void No_bytes_whatever_do_harm() => Gen.Byte.Array[0, 400].Sample(
        bytes =>
        {
            if (bytes.Length > 3)
            {
                // Most random headers are refused for their flags; let them through.
                bytes[2] &= 0x80;
                bytes[3] = 0;
            }

            _ = DnsReader.TryRead(bytes, out _);
        },
        iter: 20_000);

    [Fact]
    public void No_change_to_a_real_message_does_harm() => Gen.Select(Gen.Int[0, 10_000], Gen.Byte, Gen.Int[0, 10_000], Gen.Byte, Gen.Int[0, 200]).Sample(
        (first, one, second, two, cut) =>
        {
            byte[] datagram = DnsWriter.Write(Sample());
            datagram[first % datagram.Length] = one;
            datagram[second % datagram.Length] = two;
            if (DnsReader.TryRead(datagram.AsSpan(0, Math.Max(0, datagram.Length - (cut % 20))), out DnsMessage? read))
            {
                // What was read can be used.
                foreach (DnsRecord record in read.Answers.Concat(read.Claims).Concat(read.Additional))
                {
                    _ = record.Type switch
                    {
                        DnsType.A or DnsType.Aaaa => record.Address.ToString(),
                        DnsType.Ptr => record.Target.ToString(),
                        DnsType.Srv => record.Target.ToString() + record.Port,
                        _ => record.Text("id"),
                    };
                }

                _ = DnsWriter.Write(read);
            }
        },
        iter: 20_000);

    private static (string, DnsType, string, uint, bool) Facts(DnsRecord record) =>
        (record.Name.ToString(), record.Type, Convert.ToHexString(record.Data), record.Seconds, record.IsUnique);

    private static DnsMessage Sample()
    {
        DnsName instance = Service.Below("ä nas.x (P56IOI7)");
        DnsName host = DnsName.Of("pspeer-p56ioi7", "local");
        return new DnsMessage
        {
            Id = 7,
            IsResponse = true,
            Questions = [new DnsQuestion(Service, DnsType.Ptr), new DnsQuestion(instance, DnsType.Any)],
            Answers = [DnsRecord.Ptr(Service, instance, 4500), DnsRecord.Txt(instance, ["txtvers=1", "id=x", "n=ä"], 4500)],
            Additional =
            [
                DnsRecord.Srv(instance, 22021, host, 120),
                DnsRecord.Host(host, IPAddress.Parse("10.1.2.3"), 120),
                DnsRecord.Host(host, IPAddress.Parse("fd00::1"), 0),
            ],
        };
    }
}
