namespace PSPeerShare.Output;

/// <summary>An invitation: whoever redeems it is trusted.</summary>
/// <remarks>Immutable. Names are as the other side states them; the views escape what could harm a terminal.</remarks>
public sealed class PeerTicket
{
    internal PeerTicket()
    {
    }

    /// <summary>The ticket's id; not secret.</summary>
    public string Id { get; internal init; } = "";

    /// <summary>The text to hand over. It is a secret, and it is known only to the command that made it.</summary>
    public string? Ticket { get; internal init; }

    /// <summary>Whether it is a short code.</summary>
    public bool IsCode { get; internal init; }

    /// <summary>The short code, known only to the command that made it.</summary>
    public string? Code { get; internal init; }

    /// <summary>The share that it is limited to.</summary>
    public string? Share { get; internal init; }

    /// <summary>The path that it is limited to.</summary>
    public string? SharePath { get; internal init; }

    /// <summary>What its redeemer may do here.</summary>
    public PeerRights Allow { get; internal init; }

    /// <summary>How many nodes may redeem it.</summary>
    public int Uses { get; internal init; }

    /// <summary>How many more may.</summary>
    public int UsesLeft { get; internal init; }

    /// <summary>The bytes that it is limited to.</summary>
    public long? Bytes { get; internal init; }

    /// <summary>The only node that may redeem it.</summary>
    public string? NodeId { get; internal init; }

    /// <summary>When it was made, local time.</summary>
    public DateTime Created { get; internal init; }

    /// <summary>When it ends, local time.</summary>
    public DateTime Expires { get; internal init; }

    /// <summary>What it is still good for.</summary>
    public PeerTicketState State { get; internal init; }

    /// <summary>The ticket's text, or the code, so that a ticket can be used where its text is wanted.</summary>
    public override string ToString() => Ticket ?? Code ?? Id;
}
