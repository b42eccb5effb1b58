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
        string typed = ToTyped(parameterName ?? "", (wordToComplete ?? "").Trim('\'', '"'));
        try
        {
            var asked = new Asked(commandName ?? "", typed, fakeBoundParameters);
            return
            [
                .. Candidates(PeerNode.ForCurrentHome(), asked)
                    .Where(candidate => candidate.Text.StartsWith(typed, StringComparison.OrdinalIgnoreCase))
                    .OrderBy(static candidate => candidate.Text, StringComparer.OrdinalIgnoreCase)
                    .Select(candidate => new CompletionResult(
                        Quote(ToArgument(parameterName ?? "", candidate.Text)),
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

    /// <summary>What is meant by what was typed.</summary>
    private protected virtual string ToTyped(string parameter, string text) => text;

    /// <summary>How a text is written as the parameter's value, before it is quoted.</summary>
    private protected virtual string ToArgument(string parameter, string text) => text;

    private protected abstract IEnumerable<Candidate> Candidates(PeerNode node, Asked asked);

    // The engine ends such a string at four more marks than the apostrophe, and a name may come from a peer.
    private static string Quote(string text) =>
        text.All(static c => char.IsLetterOrDigit(c) || c is '-' or '_' or '.' or '/') && !text.StartsWith('-')
            ? text
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(text)}'";

    /// <summary>What somebody is typing.</summary>
    /// <param name="Command">The cmdlet's name.</param>
    /// <param name="Typed">What there is of the value, without its quotes.</param>
    /// <param name="Others">The parameters that are there already, as far as they can be told.</param>
    private protected sealed record Asked(string Command, string Typed, IDictionary? Others);

    private protected sealed record Candidate(string Text, string Description);
}
