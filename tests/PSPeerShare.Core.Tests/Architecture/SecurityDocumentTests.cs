using System.Text.RegularExpressions;

namespace PSPeerShare.Core.Tests.Architecture;

public sealed partial class SecurityDocumentTests
{
    [Fact]
    public void Every_test_that_the_security_document_names_exists()
    {
        string document = File.ReadAllText(Path.Combine(SourceTree.Root, "docs", "security.md"));
        string[] named = [.. TestName().Matches(document).Select(m => m.Groups[1].Value).Distinct()];
        HashSet<string> there = [.. typeof(SecurityDocumentTests).Assembly.GetTypes().Select(t => t.Name)];

        Assert.True(named.Length > 20, "the table of invariants names its tests");
        Assert.Subset(there, named.ToHashSet());
    }

    [GeneratedRegex("`([A-Z][A-Za-z0-9]+Tests)`")]
    private static partial Regex TestName();
}
