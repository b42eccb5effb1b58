using Microsoft.Win32.SafeHandles;
using PSPeerShare.Core.Catalog;
using PSPeerShare.Core.Content;
using PSPeerShare.Core.Files;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;

namespace PSPeerShare.Core.Transfer;

// What may come, decided before any of its bytes do.
internal sealed partial class InboxReception
{
    private async Task JudgeAsync(PushOffer offer, CancellationToken cancellationToken)
    {
        PushVerdicts verdicts = new();
        int bytes = 0;
        foreach (PushItem item in offer.Items)
        {
            if (await JudgeAsync(item, cancellationToken) is { } verdict)
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

    private async Task<PushVerdict?> JudgeAsync(PushItem item, CancellationToken cancellationToken)
    {
        if (_accepted.Count >= Limits.OpenPushItems || item.Length < 0)
        {
            throw Violation("more open items than allowed, or a negative length");
        }

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

        if (inbox.TryStat(target, out EntryFacts there) && !there.IsFolder && there.Facts.Length == item.Length)
        {
            if (item.Hash.Length != ContentHash.SizeInBytes)
            {
                return new PushVerdict { Index = item.Index, WantHash = true };
            }

            ContentHash offered = ContentHash.FromBytes(item.Hash.Span);
            if (HashOfExisting(target, cancellationToken) == offered)
            {
                Committed committed = new() { Index = item.Index, Root = item.Hash, Unchanged = true };
                Note(new Accepted(name, target), 0, offered, "unchanged");
                await stream.SendAsync(FrameType.Committed, committed, cancellationToken: cancellationToken);
                return null;
            }
        }

        if (!_accepted.TryAdd(item.Index, new Accepted(name, target)))
        {
            throw Violation("an index was offered twice");
        }

        return new PushVerdict { Index = item.Index, Accepted = true };
    }

    private ContentHash? HashOfExisting(string[] target, CancellationToken cancellationToken)
    {
        try
        {
            using SafeFileHandle handle = inbox.OpenRead(target, out FileFacts facts);
            return FileHashing.HashUnchanged(handle, facts, cancellationToken);
        }
        catch (PeerShareException)
        {
            return null;
        }
    }

    private static PushVerdict Refusal(PushItem item, WireError code, string? detail) =>
        new() { Index = item.Index, Code = (uint)code, Detail = detail ?? "" };
}
