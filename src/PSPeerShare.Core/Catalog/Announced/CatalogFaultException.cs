namespace PSPeerShare.Core.Catalog.Announced;

/// <summary>What a peer announces cannot be, or is more than is taken; the subscription ends, and what was there stays.</summary>
internal sealed class CatalogFaultException(string why) : Exception(why);
