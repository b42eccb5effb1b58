namespace PSPeerShare.Core.Storage;

/// <summary>Which process runs the home's node, and how it is reached on this machine.</summary>
/// <param name="Process">The process; it may be gone.</param>
/// <param name="Port">The port it listens on.</param>
/// <param name="Endpoint">The loopback address and port for control sessions.</param>
/// <param name="Name">The node's name.</param>
/// <param name="Started">When the node started.</param>
internal sealed record RunningNodeRow(
    ProcessMark Process, int Port, string Endpoint, string Name, DateTimeOffset Started);
