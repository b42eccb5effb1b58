namespace PSPeerShare.Core.Protocol;

/// <summary>What a frame is. The numbers are the wire's; docs/protocol.md lists them with their direction.</summary>
internal enum FrameType : byte
{
    // The connection, stream 0
    Hello = 0x01,
    HelloAck = 0x02,
    GoingAway = 0x03,
    Ping = 0x04,
    Pong = 0x05,

    // Any stream
    Error = 0x10,
    Credit = 0x11,
    Data = 0x12,

    // What is there
    Search = 0x20,
    Browse = 0x21,
    Entries = 0x22,
    ListingEnd = 0x23,

    // Content
    Fetch = 0x30,
    FetchItems = 0x31,
    ItemHeader = 0x32,
    ItemEnd = 0x33,
    ItemError = 0x34,
    Describe = 0x38,
    Description = 0x39,
    WhoHas = 0x3A,
    WhoHasAnswer = 0x3B,

    // Sending to an inbox
    Push = 0x40,
    PushOffer = 0x41,
    PushVerdicts = 0x42,
    Committed = 0x43,

    // Catalogs
    Subscribe = 0x50,
    CatalogBatch = 0x51,

    // Tickets and pairing
    TicketProof = 0x60,
    TicketAccepted = 0x61,
    PairStep = 0x68,

    // One's own node
    Control = 0x70,
    ControlAnswer = 0x71,
}
