namespace PSPeerShare.Core.Protocol;

/// <summary>Why a connection ended. Banded, so that an unknown number from a newer peer still says what kind it is.</summary>
internal enum CloseReason
{
    /// <summary>Nothing more to say.</summary>
    Normal = 0,

    // 1xx: a side's own decision
    ShuttingDown = 100,

    // 2xx: transport
    Cut = 200,
    Dead = 201,
    WriteStalled = 202,
    HandshakeTimeout = 203,
    ClientHelloTimeout = 204,
    ReadStalled = 205,

    // 3xx: TLS and identity
    TlsFailed = 300,
    NoCertificate = 301,
    OtherIdentity = 302,
    NoAlpn = 303,
    WeakTls = 304,

    // 4xx: trust
    NotTrusted = 400,
    TrustRevoked = 401,

    // 5xx: the other side broke the protocol
    MalformedFrame = 500,
    UnknownFrame = 501,
    UnexpectedFrame = 502,
    BeforeHelloAck = 503,
    HelloTwice = 504,
    BadHello = 505,
    VersionMismatch = 506,
    BadStreamId = 507,
    CreditOverrun = 508,
    BadMessage = 509,

    // 6xx: limits
    FrameTooLarge = 600,
    TooManyConnections = 601,
    TooManyStreams = 602,
    TooManyPings = 603,
    PairTimeOver = 604,
    PairTooMuch = 605,
    Evicted = 606,
}
