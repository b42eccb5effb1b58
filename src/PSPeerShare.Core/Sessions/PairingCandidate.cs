namespace PSPeerShare.Core.Sessions;

/// <summary>A node nearby that says that it waits for a code. A hint: what it is, it has to prove.</summary>
/// <param name="Name">What it calls itself, for people.</param>
/// <param name="Addresses">Where it says it listens, as <c>host:port</c>.</param>
internal sealed record PairingCandidate(string Name, IReadOnlyList<string> Addresses);
