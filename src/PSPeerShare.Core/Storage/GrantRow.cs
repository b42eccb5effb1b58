namespace PSPeerShare.Core.Storage;

/// <summary>What a peer may do in one share beyond its general rights; an empty path means the whole share.</summary>
internal sealed record GrantRow(byte[] NodeId, string Share, string Path, int Rights);
