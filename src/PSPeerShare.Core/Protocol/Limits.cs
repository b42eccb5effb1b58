namespace PSPeerShare.Core.Protocol;

/// <summary>Every figure a peer meets, by name. A peer cannot raise any of them; docs/protocol.md repeats them.</summary>
internal static class Limits
{
    // Frames
    public const int ControlPayloadBytes = 64 * 1024;
    public const int DataPayloadBytes = 1024 * 1024;
    public const int PairPayloadBytes = 4 * 1024;
    public const int PairTotalBytes = 64 * 1024;

    // Names (P7)
    public const int SegmentBytes = 255;
    public const int PathSegments = 64;
    public const int PathBytes = 4096;

    // Texts from a peer
    public const int NodeNameBytes = 63;
    public const int AgentBytes = 128;
    public const int CapabilityBytes = 64;
    public const int Capabilities = 64;
    public const int DetailBytes = 1024;

    // HELLO
    public const uint ProtocolVersion = 1;
    public const int NonceBytes = 32;
    public const int BootNonceBytes = 16;

    // Streams and credit. Both sides' streams at their initial credit take half of the connection's window;
    // the other half is what SetReceiveWindow hands out, so the sum is never above it.
    public const int StreamsPerSide = 32;
    public const int InitialCreditBytes = 256 * 1024;
    public const int ConnectionWindowBytes = 32 * 1024 * 1024;
    public const int ConnectionExtraWindowBytes = ConnectionWindowBytes - (2 * StreamsPerSide * InitialCreditBytes);
    public const int NodeWindowBytes = 128 * 1024 * 1024;
    public const int UnansweredPings = 8;

    // Answers that are at work on one connection; more than there can be streams, since one that was cancelled may take
    // a moment to notice
    public const int Answers = 2 * StreamsPerSide;

    // What waits to be sent, per connection; its own share for interactive streams
    public const int OutboundBulkBytes = 3 * 1024 * 1024;
    public const int OutboundInteractiveBytes = 1024 * 1024;

    // Pushed files that were offered and have not ended, per stream: their verdicts and acknowledgements fit the
    // stream's initial credit, so that answering never waits for the side that offers.
    /// <summary>Open items of a push stream.</summary>
    public const int OpenPushItems = 2048;

    /// <summary>Their names, of one peer, in UTF-8 bytes.</summary>
    public const int OpenPushNameBytes = 8 * 1024 * 1024;

    // Contents: what one question may name, what may be read for an answer of files that have no hash yet, and the
    // largest proof that travels (a file of 1 TiB has so many groups)
    /// <summary>Hashes of one who-has.</summary>
    public const int WhoHasHashes = 256;
    public const long WhoHasReadBytes = 4L * 1024 * 1024 * 1024;
    public const long OutboardBytes = 32L * 1024 * 1024;

    // Ranges that one item of a fetch may name
    public const int FetchRanges = 1024;

    // Connections
    public const int Connections = 256;
    public const int ConnectionsPerPeer = 8;
    public const int UnauthenticatedConnections = 32;

    // Deadlines
    public static readonly TimeSpan ClientHello = TimeSpan.FromSeconds(3);
    public static readonly TimeSpan AcceptToHelloAck = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan PairLifetime = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan IdlePing = TimeSpan.FromSeconds(15);
    public static readonly TimeSpan Dead = TimeSpan.FromSeconds(45);
    public static readonly TimeSpan WriteStall = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan CloseLinger = TimeSpan.FromSeconds(2);

    // Requests of one peer that are answered in a second; what comes faster waits
    public const int RequestsPerSecond = 500;

    // Files read whole and shares walked at once for peers, of each kind: in all and for one of them
    public const int SlowWorkAtOnce = 4;
    public const int SlowWorkAtOncePerPeer = 2;

    // Pairing by code: how long a code lives, how many may begin to pair at once and how soon the next one may
    public static readonly TimeSpan PairingCodeLife = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan PairingStartInterval = TimeSpan.FromSeconds(2);
    public const int PairingStarts = 8;

    // Listings: an empty batch says that the holder still looks; this often, in a burst where the network held them back,
    // and for so long in a row
    public static readonly TimeSpan KeepAliveInterval = TimeSpan.FromSeconds(1);
    public static readonly TimeSpan QuietSearch = TimeSpan.FromMinutes(30);
    public const int KeepAliveBurst = 64;

    // Catalogs that peers announce: of one peer, its files and what their rows take; the files of all peers, and how many
    // changes are taken in a second. A holder that has nothing to tell says this often that what it told is still true.
    public const long CatalogEntries = 1_000_000;
    public const long CatalogBytes = 256L * 1024 * 1024;
    public const long CatalogEntriesOfAll = 10_000_000;
    public const int CatalogItemsPerSecond = 50_000;
    public const int CatalogEpochBytes = 16;

    /// <summary>The names of a batch, written out: each may begin with the one before it, so a few bytes may mean thousands.</summary>
    public const int CatalogBatchNameBytes = 1024 * 1024;
    public static readonly TimeSpan CatalogInterval = TimeSpan.FromSeconds(30);

    // The texts of all wildcards of a filter together: matching costs patterns times names
    public const int FilterChars = 16 * 1024;

    // The least that counts as progress over WriteStall: with credit granted, and within a frame that has begun
    public const int ProgressBytesPerSecond = 1024;
}
