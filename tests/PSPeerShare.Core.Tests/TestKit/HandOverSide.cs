using System.Net;
using PSPeerShare.Core.Sessions;
using PSPeerShare.Core.Transfer;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>The two sides of a hand-over, as the cmdlets do them.</summary>
internal static class HandOverSide
{
    public static string At(PeerNodeHandOver offer) => $"127.0.0.1:{offer.Port}";

    public static PeerNodeHandOver Offer(TestNode sender, params string[] paths) =>
        sender.Node.OfferFiles([.. paths.Select(path => sender[path.Split('/')])], 0, [IPAddress.Loopback]);

    /// <summary>Into the receiver's folder <c>in</c>; the sender is told the end.</summary>
    public static async Task<List<TransferInfo>> ReceiveAsync(PeerNodeHandOver offer, TestNode receiver)
    {
        IReadOnlyList<SearchResult> found = await receiver.Node.ReceiveAsync(offer.Code, [At(offer)], TestNode.Patience);
        List<TransferInfo> received = await FetchAsync(found, receiver);
        receiver.Node.ConfirmReceived(found, received.Where(file => file.Error is not null));
        return received;
    }

    public static async Task<List<TransferInfo>> FetchAsync(IReadOnlyList<SearchResult> found, TestNode receiver)
    {
        await using TransferJob<RemoteFile> job = receiver.Node.BeginFetch(new FetchOptions { Destination = receiver["in"], DestinationIsFolder = true });
        foreach (SearchResult result in found.Where(result => result.File is not null))
        {
            job.Add(result.File!, 0);
        }

        job.Complete();
        return await TestNode.ReadAllAsync(job);
    }
}
