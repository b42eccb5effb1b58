using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Protocol;

/// <summary>What a HELLO must look like before anything in it is believed.</summary>
internal static class HelloRules
{
    /// <exception cref="ProtocolFaultException">A field is missing or longer than its limit.</exception>
    public static void Check(Hello hello)
    {
        if (hello.Version < Limits.ProtocolVersion)
        {
            throw new ProtocolFaultException(CloseReason.VersionMismatch, $"version {hello.Version}");
        }
        bool isSound = hello.Nonce.Length == Limits.NonceBytes
            && hello.BootNonce.Length == Limits.BootNonceBytes
            && IsShort(hello.NodeName, Limits.NodeNameBytes)
            && IsShort(hello.Agent, Limits.AgentBytes)
            && hello.ListenPort <= ushort.MaxValue
            && hello.Capabilities.Count <= Limits.Capabilities
            && hello.Capabilities.All(capability => IsShort(capability, Limits.CapabilityBytes));
        if (!isSound)
        {
            throw new ProtocolFaultException(CloseReason.BadHello, "a field of HELLO is missing or too long");
        }
    }

    private static bool IsShort(string text, int bytes) => System.Text.Encoding.UTF8.GetByteCount(text) <= bytes;
}
