namespace PSPeerShare.Core.Dashboard;

/// <summary>Payload bytes up to one moment. Only differences mean something.</summary>
/// <param name="Sent">To peers.</param>
/// <param name="Received">From peers.</param>
internal readonly record struct Traffic(long Sent, long Received);
