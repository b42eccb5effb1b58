using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Tests.Protocol;

public sealed class FrameHeaderTests
{
    [Fact]
    public void A_header_reads_back_as_written()
    {
        var header = new FrameHeader(0x000A0B0C, FrameType.Data, FrameFlags.Last, 0xFFFFFFFD);
        byte[] bytes = new byte[FrameHeader.SizeInBytes];

        header.Write(bytes);

        Assert.Equal("000a0b0c12010000fffffffd", Convert.ToHexStringLower(bytes));
        Assert.Equal(header, FrameHeader.Read(bytes));
    }

    [Fact]
    public void A_header_is_written_over_whatever_was_there()
    {
        byte[] bytes = [.. Enumerable.Repeat((byte)0xFF, FrameHeader.SizeInBytes)];

        new FrameHeader(0, FrameType.Ping, FrameFlags.None, 0).Write(bytes);

        Assert.Equal("000000000400000000000000", Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData("000000001202000000000001", (int)CloseReason.MalformedFrame)]
    [InlineData("000000001280000000000001", (int)CloseReason.MalformedFrame)]
    [InlineData("000000001200010000000001", (int)CloseReason.MalformedFrame)]
    [InlineData("000000001200000100000001", (int)CloseReason.MalformedFrame)]
    [InlineData("001000011200000000000001", (int)CloseReason.FrameTooLarge)]
    [InlineData("800000001200000000000001", (int)CloseReason.FrameTooLarge)]
    [InlineData("ffffffff1200000000000001", (int)CloseReason.FrameTooLarge)]
    public void A_header_with_undefined_bits_or_too_long_a_payload_is_refused(string hex, int reason)
    {
        var fault = Assert.Throws<ProtocolFaultException>(() => FrameHeader.Read(Convert.FromHexString(hex)));

        Assert.Equal((CloseReason)reason, fault.Reason);
    }

    [Fact]
    public void The_largest_data_payload_is_one_mebibyte()
    {
        Assert.Equal(1024 * 1024, FrameHeader.Read(Convert.FromHexString("001000001200000000000001")).Length);
    }
}
