using PSPeerShare.Core.Content;
using PSPeerShare.Core.Protocol;
using PSPeerShare.Core.Protocol.Messages;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transport;

namespace PSPeerShare.Core.Transfer;

// Files whose name and length are there already: the peer is asked for its hashes, many at a time, while the local
// ones are computed; equal ones are Unchanged, the others go on to be fetched where the user allowed that.
internal sealed partial class PeerFetch
{
    private const int CompareBatch = 128;
    private const int CompareBatchBytes = Limits.ControlPayloadBytes / 2;

    private async Task CompareAllAsync(CancellationToken cancellationToken)
    {
        List<FetchEntry> batch = [];
        try
        {
            while (await _toCompare.Reader.WaitToReadAsync(cancellationToken))
            {
                DescribeRequest request = new() { WantRoot = true };
                int bytes = 0;
                while (batch.Count < CompareBatch && bytes < CompareBatchBytes && _toCompare.Reader.TryRead(out FetchEntry? entry))
                {
                    FetchItem item = new() { Index = (uint)batch.Count, Name = entry.Name.ToWire() };
                    bytes += item.CalculateSize() + 4;
                    request.Items.Add(item);
                    batch.Add(entry);
                }

                await CompareAsync(request, batch, cancellationToken);
                batch.Clear();
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            batch.ForEach(entry => Fail(entry, e));
            await FailAllAsync(_toCompare.Reader, e, cancellationToken);
        }
        finally
        {
            _toGather.Writer.TryComplete();
        }
    }

    private async Task CompareAsync(DescribeRequest request, List<FetchEntry> batch, CancellationToken cancellationToken)
    {
        Task<ContentHash?[]> local = Task.Run(
            () => batch.ConvertAll(entry => _context.Destination.HashOfExisting(entry, cancellationToken)).ToArray(), cancellationToken);
        object[] answers;
        try
        {
            answers = await DescribeAsync(request, batch, cancellationToken);
        }
        finally
        {
            // Nothing may touch the destination after its job.
            await ((Task)local).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        ContentHash?[] hashes = await local;
        for (int i = 0; i < answers.Length; i++)
        {
            Decide(batch[i], answers[i], hashes[i]);
        }
    }

    /// <summary>Asks a second time when the session broke; asking changes nothing at the peer.</summary>
    private async Task<object[]> DescribeAsync(DescribeRequest request, List<FetchEntry> batch, CancellationToken cancellationToken)
    {
        try
        {
            return await DescribeAsync(await _connect(cancellationToken), request, batch, cancellationToken);
        }
        catch (PeerShareException e) when (e.Error == PeerError.ConnectionLost)
        {
            return await DescribeAsync(await _connect(cancellationToken), request, batch, cancellationToken);
        }
    }

    private void Decide(FetchEntry entry, object answer, ContentHash? here)
    {
        try
        {
            if (answer is PeerShareException failure)
            {
                throw failure;
            }

            ContentHash there = (ContentHash)answer;
            if (!_context.Keeps(entry, here, there))
            {
                _context.Destination.Demand(entry);
                QueueFor(entry).TryWrite(entry);
            }
        }
        catch (PeerShareException e)
        {
            Fail(entry, e);
        }
    }

    /// <summary>For each item, its hash or the failure.</summary>
    private static async Task<object[]> DescribeAsync(
        PeerSession session, DescribeRequest request, List<FetchEntry> batch, CancellationToken cancellationToken)
    {
        object[] answers = new object[request.Items.Count];
        await using PeerStream stream = session.Open(FrameType.Describe, request);
        for (int i = 0; i < answers.Length; i++)
        {
            using InboundFrame frame = await session.ReceiveAsync(stream, null, HashingPatience.For(batch[i].File.Length), cancellationToken)
                ?? throw session.Violation("descriptions are missing");
            (uint index, object answer) = frame.Type switch
            {
                FrameType.Description when frame.Parse(Description.Parser) is { Root.Length: ContentHash.SizeInBytes } d =>
                    (d.Index, (object)ContentHash.FromBytes(d.Root.Span)),
                FrameType.ItemError when frame.Parse(ItemError.Parser) is { } e =>
                    (e.Index, WireFaults.ToException((WireError)e.Code, null, e.Detail)),
                _ => throw session.Violation($"{frame.Type} among descriptions"),
            };
            if (index != i)
            {
                throw session.Violation("a description that was not asked for");
            }

            answers[i] = answer;
        }

        return answers;
    }
}
