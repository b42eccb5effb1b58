using System.Security.Cryptography;
using PSPeerShare.Core.Identity;
using PSPeerShare.Core.Protocol;

namespace PSPeerShare.Core.Trust;

/// <summary>
/// The codes that this node has given out, in memory alone: one for each purpose, good for ten minutes and for one
/// attempt. It hands them to those who begin to pair and says who has the attempt; it knows no connection. Any thread.
/// </summary>
internal sealed class PairingDesk(TimeProvider? clock = null)
{
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly Lock _gate = new();
    private readonly Dictionary<PairingPurpose, OpenCode> _codes = [];
    private double _starts = Limits.PairingStarts;
    private DateTimeOffset _startsCounted;

    /// <summary>Gives out a code. The one before it for the same purpose ends.</summary>
    public OpenCode Open(PairingOffer offer)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(TicketText.IdBytes));
        DateTimeOffset now = _clock.GetUtcNow();
        var code = new OpenCode(id, PairingCode.Create(), offer, now, now + Limits.PairingCodeLife);
        lock (_gate)
        {
            _codes[offer.Purpose] = code;
        }

        return code;
    }

    /// <summary>Whether anybody may still try a code.</summary>
    public bool IsOpen(PairingPurpose purpose)
    {
        lock (_gate)
        {
            return Living(purpose) is { TakenBy: null };
        }
    }

    /// <summary>Whether that is so, or the one who used a code may come again.</summary>
    public bool IsAwaiting(PairingPurpose purpose)
    {
        lock (_gate)
        {
            return Living(purpose) is not null;
        }
    }

    /// <summary>The codes that have not ended, and whether the attempt of each is taken.</summary>
    public IReadOnlyList<(OpenCode Code, bool IsTaken)> List()
    {
        lock (_gate)
        {
            return [.. _codes.Keys.ToArray().Select(Living).OfType<OpenCode>().Select(code => (code, code.TakenBy is not null))];
        }
    }

    /// <summary>Ends all codes.</summary>
    public void CloseAll()
    {
        lock (_gate)
        {
            _codes.Clear();
        }
    }

    /// <summary>Ends a code; false when there is none of that id.</summary>
    public bool Close(string id)
    {
        lock (_gate)
        {
            return _codes.Values.FirstOrDefault(code => code.Id == id) is { } code && _codes.Remove(code.Offer.Purpose);
        }
    }

    /// <summary>The code that a node may try. Takes nothing yet but a start, of which there are few.</summary>
    /// <returns>Null when no code is open to that node.</returns>
    /// <exception cref="PeerShareException"><see cref="PeerError.PeerBusy"/>: too many have begun of late.</exception>
    public OpenCode? Begin(PairingPurpose purpose, NodeId node)
    {
        lock (_gate)
        {
            if (Living(purpose) is not { } code || !MayTry(code, node))
            {
                return null;
            }

            // Each start makes this side calculate for a stranger.
            TakeStart();
            return code;
        }
    }

    /// <summary>
    /// Takes the one attempt for a node, before anything that depends on the code is answered (T2). Of all that race
    /// for it one gets it; one who has used the code before gets it again.
    /// </summary>
    public bool TryTake(OpenCode code, NodeId node)
    {
        lock (_gate)
        {
            if (Living(code.Offer.Purpose) != code || !MayTry(code, node))
            {
                return false;
            }

            code.TakenBy = node;
            return true;
        }
    }

    /// <summary>The attempt succeeded. Answers whether it was the first time.</summary>
    public bool Prove(OpenCode code)
    {
        lock (_gate)
        {
            bool isFirst = !code.IsProven;
            code.IsProven = true;
            return isFirst;
        }
    }

    /// <summary>The attempt failed or broke off: the code is burnt, unless it was proven before.</summary>
    public bool Burn(OpenCode code)
    {
        lock (_gate)
        {
            return !code.IsProven && Living(code.Offer.Purpose) == code && _codes.Remove(code.Offer.Purpose);
        }
    }

    private static bool MayTry(OpenCode code, NodeId node) =>
        code.TakenBy is null || (code.IsProven && code.TakenBy == node);

    private OpenCode? Living(PairingPurpose purpose)
    {
        if (_codes.TryGetValue(purpose, out OpenCode? code) && code.Expires <= _clock.GetUtcNow())
        {
            _codes.Remove(purpose);
            return null;
        }

        return code;
    }

    private void TakeStart()
    {
        DateTimeOffset now = _clock.GetUtcNow();
        _starts = Math.Min(Limits.PairingStarts, _starts + ((now - _startsCounted) / Limits.PairingStartInterval));
        _startsCounted = now;
        if (_starts < 1)
        {
            throw new PeerShareException(PeerError.PeerBusy, null, "too many attempts to pair");
        }

        _starts--;
    }
}
