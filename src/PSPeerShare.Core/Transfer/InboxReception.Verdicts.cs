using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;

namespace PSPeerShare.Core.Transfer;

// What may come, decided before any of its bytes do.
internal sealed partial class InboxReception
{
    /// <summary>How many names of one file are looked at for the same content; bounds the work that an offer causes.</summary>
    private const int NamesCompared = 8;

    private async Task JudgeAsync(PushOffer offer, CancellationToken cancellationToken)
    {
        PushVerdicts verdicts = new();
        ExistingContents existing = new(inbox, contents, hashing, stream.Connection.RemoteId);
        int bytes = 0;
        foreach (PushItem item in offer.Items)
        {
            // One frame may offer thousands, and each may cost a look at the disk.
            cancellationToken.ThrowIfCancellationRequested();
            if (!mayWrite())
            {
                throw new PeerShareException(PeerError.PushRefused);
            }

            if (await JudgeAsync(item, existing, cancellationToken) is { } verdict)
            {
                verdicts.Verdicts.Add(verdict);
                bytes += verdict.CalculateSize() + 4;
            }

            // Refusals with their reasons may take more room than the offers did.
            if (bytes > Limits.ControlPayloadBytes / 2)
            {
                await stream.SendAsync(FrameType.PushVerdicts, verdicts, cancellationToken: cancellationToken);
                verdicts = new PushVerdicts();
                bytes = 0;
            }
        }

        if (verdicts.Verdicts.Count > 0)
        {
            await stream.SendAsync(FrameType.PushVerdicts, verdicts, cancellationToken: cancellationToken);
        }
    }

    private async Task<PushVerdict?> JudgeAsync(PushItem item, ExistingContents existing, CancellationToken cancellationToken)
    {
        if (_accepted.Count >= Limits.OpenPushItems || item.Length < 0)
        {
            throw Violation("more open items than allowed, or a negative length");
        }

        try
        {
            return await JudgeNameAsync(item, existing, cancellationToken);
        }
        catch (PeerShareException e) when (e.Error != PeerError.ProtocolViolation)
        {
            log.RequestFailed(stream.Connection.RemoteId, "Push", null, e.Error, e.Detail);
            return Refusal(item, WireFaults.ToWire(e.Error), Explain(e.Error));
        }
    }

    private async Task<PushVerdict?> JudgeNameAsync(PushItem item, ExistingContents existing, CancellationToken cancellationToken)
    {
        if (!WirePath.TryFromWire(item.Segments, out WirePath? name, out WireNameFault fault))
        {
            return Refusal(item, WireError.NameRefused, WirePath.Explain(fault));
        }

        string[] target = [folder, .. name.Segments];
        if (name.Segments.FirstOrDefault(s => inbox.Names.WhyNot(s) is not null) is { } unusable)
        {
            return Refusal(item, WireError.NameRefused, inbox.Names.WhyNot(unusable));
        }

        if (name.Segments.Any(LocalNames.IsRefusedByInbox))
        {
            return Refusal(item, WireError.NameRefused, "files of that kind act when a folder is only looked at");
        }

        Accepted accepted = new(name, target, item.Length);
        string[][] alike = [.. Alike(target, item.Length)];
        if (alike.Length > 0)
        {
            if (item.Hash.Length != ContentHash.SizeInBytes)
            {
                return new PushVerdict { Index = item.Index, WantHash = true };
            }

            ContentHash offered = ContentHash.FromBytes(item.Hash.Span);
            foreach (string[] same in alike)
            {
                if (await existing.HashOfAsync(same, cancellationToken) != offered)
                {
                    continue;
                }

                // Whoever put it there may not have waited for the disk (R1).
                inbox.MakeDurable(same);
                Committed committed = NewCommitted(item.Index, offered, accepted, same[^1]);
                committed.Unchanged = true;
                Note(accepted, 0, offered, "unchanged");
                await stream.SendAsync(FrameType.Committed, committed, cancellationToken: cancellationToken);
                return null;
            }
        }

        if (_accepted.ContainsKey(item.Index))
        {
            throw Violation("an index was offered twice");
        }

        if (item.Length >= PartialFile.FewestBytes)
        {
            accepted = accepted with { ResumeAt = await ResumeAtAsync(item, target) };
        }

        if (room.TryTake(accepted.Room) is { } full)
        {
            return Refusal(item, WireError.NoSpace, full);
        }

        _accepted.Add(item.Index, accepted);
        return new PushVerdict { Index = item.Index, Accepted = true, ResumeOffset = accepted.ResumeAt };
    }

    /// <summary>Files of that length under the name, or under the free names that it may have been given before.</summary>
    private IEnumerable<string[]> Alike(string[] target, long length)
    {
        string[] name = target;
        for (int number = 2; number < NamesCompared + 2 && inbox.TryStat(name, out EntryFacts there); number++)
        {
            if (!there.IsFolder && there.Facts.Length == length)
            {
                yield return name;
            }

            name = [.. target[..^1], LocalNames.FreeName(target[^1], number)];
        }
    }

    // Why, without anything of this machine's paths.
    private static string Explain(PeerError error) => error switch
    {
        PeerError.DestinationNotWritable or PeerError.FileNotReadable => "the inbox cannot be written",
        PeerError.DestinationFull => "the disk there is full",
        PeerError.DestinationInvalid => "a file has the name of a folder there, or the reverse",
        _ => "",
    };

    private static PushVerdict Refusal(PushItem item, WireError code, string? detail) =>
        new() { Index = item.Index, Code = (uint)code, Detail = detail ?? "" };
}
