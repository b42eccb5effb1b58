namespace PSPeerShare.Help;

/// <summary>A page that cannot be read, and where.</summary>
internal sealed class HelpSourceException(string file, int line, string message) : Exception(message)
{
    public string File { get; } = file;

    public int Line { get; } = line;
}
