using Google.Protobuf;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Tests.TestKit;

namespace PSPeerShare.Core.Tests.Protocol;

public sealed class HelloRulesTests
{
    public static TheoryData<string> Spoils =>
        ["short nonce", "long nonce", "no boot nonce", "long name", "long agent", "port", "many capabilities", "long capability"];

    [Fact]
    public void A_sound_hello_passes()
    {
        Hello hello = HostilePeer.MakeHello();
        hello.NodeName = new string('n', Limits.NodeNameBytes);
        hello.Version = 7;

        HelloRules.Check(hello);
    }

    [Theory]
    [MemberData(nameof(Spoils))]
    public void A_hello_with_a_field_out_of_its_limits_is_refused(string spoil)
    {
        Hello hello = HostilePeer.MakeHello();
        switch (spoil)
        {
            case "short nonce": hello.Nonce = ByteString.CopyFrom(new byte[31]); break;
            case "long nonce": hello.Nonce = ByteString.CopyFrom(new byte[33]); break;
            case "no boot nonce": hello.BootNonce = ByteString.Empty; break;
            case "long name": hello.NodeName = new string('é', 32); break;
            case "long agent": hello.Agent = new string('a', Limits.AgentBytes + 1); break;
            case "port": hello.ListenPort = 65536; break;
            case "many capabilities": hello.Capabilities.AddRange(Enumerable.Repeat("c", Limits.Capabilities + 1)); break;
            case "long capability": hello.Capabilities.Add(new string('c', Limits.CapabilityBytes + 1)); break;
        }

        Assert.Equal(CloseReason.BadHello, Assert.Throws<ProtocolFaultException>(() => HelloRules.Check(hello)).Reason);
    }

    [Fact]
    public void A_hello_without_a_version_is_a_mismatch()
    {
        Hello hello = HostilePeer.MakeHello();
        hello.Version = 0;

        Assert.Equal(CloseReason.VersionMismatch, Assert.Throws<ProtocolFaultException>(() => HelloRules.Check(hello)).Reason);
    }
}
