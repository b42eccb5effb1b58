namespace PSPeerShare.Core.Discovery.Dns;

/// <summary>The types of records that service discovery needs.</summary>
internal enum DnsType : ushort
{
    A = 1,
    Ptr = 12,
    Txt = 16,
    Aaaa = 28,
    Srv = 33,

    /// <summary>In questions: whatever there is.</summary>
    Any = 255,
}
