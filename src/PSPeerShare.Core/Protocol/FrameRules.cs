namespace PSPeerShare.Core.Protocol;

/// <summary>Which frame may stand where. The tables of docs/protocol.md as code.</summary>
internal static class FrameRules
{
    private static readonly bool[] Known = KnownTypes();

    public static bool IsKnown(FrameType type) => Known[(byte)type];

    public static bool BelongsToConnection(FrameType type) => type is >= FrameType.Hello and <= FrameType.Pong;

    public static bool IsOpening(FrameType type) => type
        is FrameType.Search or FrameType.Browse or FrameType.Fetch or FrameType.Describe or FrameType.WhoHas
        or FrameType.Push or FrameType.Subscribe or FrameType.TicketProof or FrameType.PairStep or FrameType.Control;

    /// <summary>Credit and Error never wait, and an opening frame comes before any credit could be granted.</summary>
    public static bool CountsAgainstCredit(FrameType type, bool isOpening) =>
        !isOpening && type is not (FrameType.Credit or FrameType.Error);

    public static bool IsAllowed(FrameType type, SessionKind kind)
    {
        bool isForPairing = type is FrameType.TicketProof or FrameType.TicketAccepted or FrameType.PairStep;
        return kind == SessionKind.Main
            ? !isForPairing
            : isForPairing || BelongsToConnection(type) || type == FrameType.Error;
    }

    /// <summary>An empty Data frame ends a direction that has nothing more to say; it is legal on every stream.</summary>
    public static bool IsEnd(in FrameHeader header) =>
        header is { Type: FrameType.Data, Length: 0, IsLast: true };

    public static int MaxPayloadBytes(FrameType type, SessionKind kind) => (type, kind) switch
    {
        (_, SessionKind.Pair) => Limits.PairPayloadBytes,
        (FrameType.Data, _) => Limits.DataPayloadBytes,
        _ => Limits.ControlPayloadBytes,
    };

    /// <summary>What the side that opened a stream may send after its first frame.</summary>
    public static bool MayOpenerSend(FrameType opening, FrameType type) => opening switch
    {
        FrameType.Fetch => type is FrameType.FetchItems,
        FrameType.Push => type is FrameType.PushOffer or FrameType.ItemHeader or FrameType.Data or FrameType.ItemEnd or FrameType.ItemError,
        FrameType.PairStep => type is FrameType.PairStep,
        _ => false,
    };

    /// <summary>What the side that answers a stream may send.</summary>
    public static bool MayAnswererSend(FrameType opening, FrameType type) => opening switch
    {
        FrameType.Search or FrameType.Browse => type is FrameType.Entries or FrameType.ListingEnd,
        FrameType.Fetch => type is FrameType.ItemHeader or FrameType.Data or FrameType.ItemEnd or FrameType.ItemError,
        FrameType.Describe => type is FrameType.Description or FrameType.Data or FrameType.ItemError,
        FrameType.WhoHas => type is FrameType.WhoHasAnswer,
        FrameType.Push => type is FrameType.PushVerdicts or FrameType.Committed or FrameType.ItemError,
        FrameType.Subscribe => type is FrameType.CatalogBatch,
        FrameType.TicketProof => type is FrameType.TicketAccepted,
        FrameType.PairStep => type is FrameType.PairStep,
        FrameType.Control => type is FrameType.ControlAnswer,
        _ => false,
    };

    private static bool[] KnownTypes()
    {
        bool[] known = new bool[256];
        foreach (FrameType type in Enum.GetValues<FrameType>())
        {
            known[(byte)type] = true;
        }
        return known;
    }
}
