namespace PSPeerShare.Core.Tests.Architecture;

/// <summary>
/// SslStream.ShutdownAsync beside a Read on another thread corrupts the heap of the process (see SecureChannel.EndWrites).
/// The race needs thousands of connections to show, so what is tested is that nobody calls it.
/// </summary>
public sealed class TlsApiTests
{
    [Fact]
    public void Nobody_ends_a_tls_stream_by_a_call_that_races_with_its_reader()
    {
        List<string> wrong = [];
        foreach ((string path, string[] lines) in SourceTree.Files("src"))
        {
            wrong.AddRange(lines
                .Select((line, index) => (Line: line, Number: index + 1))
                .Where(item => item.Line.Contains(".ShutdownAsync(", StringComparison.Ordinal))
                .Select(item => $"{path}:{item.Number}: {item.Line.Trim()}"));
        }

        Assert.True(wrong.Count == 0, string.Join(Environment.NewLine, wrong));
    }
}
