using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PSPeerShare.Core;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Completion;

/// <summary>The base of the completers: offers names that the home knows, quoted where needed, and never fails.</summary>
public abstract class NameCompleter : IArgumentCompleter
{
    private protected NameCompleter()
    {
    }

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName,
        string parameterName,
        string wordToComplete,
        CommandAst commandAst,
        IDictionary fakeBoundParameters)
    {
        string typed = (wordToComplete ?? "").Trim('\'', '"');
        try
        {
            return
            [
                .. Candidates(PeerNode.ForCurrentHome())
                    .Where(candidate => candidate.Text.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                    .OrderBy(static candidate => candidate.Text, StringComparer.OrdinalIgnoreCase)
                    .Select(static candidate => new CompletionResult(
                        Quote(candidate.Text),
                        Printable.Escape(candidate.Text),
                        CompletionResultType.ParameterValue,
                        Printable.Escape(candidate.Description))),
            ];
        }
        catch (PeerShareException)
        {
            // Somebody is typing: a home that cannot be read will be reported by the command itself.
            return [];
        }
    }

    private protected abstract IEnumerable<Candidate> Candidates(PeerNode node);

    // The engine ends such a string at four more marks than the apostrophe, and a name may come from a peer.
    private static string Quote(string text) =>
        text.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.') && !text.StartsWith('-')
            ? text
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    private protected sealed record Candidate(string Text, string Description);
}
