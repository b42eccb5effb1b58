namespace PSPeerShare.Core.Node;

/// <summary>Files that wait, in one of the home's sessions, for whoever types their code.</summary>
/// <param name="Id">Names it, to withdraw it; no secret.</param>
/// <param name="Name">The name of the first file or folder of the offer.</param>
/// <param name="Files">How many files are offered.</param>
/// <param name="Bytes">Their length together.</param>
/// <param name="Port">The TCP port at which its session waits.</param>
/// <param name="Created">When the code was shown.</param>
/// <param name="Expires">Until when the code can be typed.</param>
/// <param name="Receiver">The name that the node which proved the code gave itself, or <see langword="null"/>.</param>
public sealed record HandOverInfo(
    string Id, string Name, long Files, long Bytes, int Port, DateTimeOffset Created, DateTimeOffset Expires, string? Receiver);
