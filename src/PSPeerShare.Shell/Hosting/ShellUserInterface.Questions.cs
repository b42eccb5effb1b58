using System.Collections.ObjectModel;
using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Security;

namespace PSPeerShare.Shell.Hosting;

/// <summary>Questions: asked on the terminal where there is one, an error where nobody can answer.</summary>
internal sealed partial class ShellUserInterface
{
    public override string ReadLine()
    {
        RequireSomebody();
        return Console.In.ReadLine() ?? string.Empty;
    }

    public override int PromptForChoice(
        string caption, string message, Collection<ChoiceDescription> choices, int defaultChoice)
    {
        RequireSomebody();
        string[] labels = [.. choices.Select(choice => choice.Label.Replace("&", string.Empty, StringComparison.Ordinal))];
        string offered = string.Join("  ", labels.Select((label, index) => string.Create(
            CultureInfo.InvariantCulture, $"[{index + 1}] {label}{(index == defaultChoice ? " (default)" : string.Empty)}")));
        while (true)
        {
            WriteErrorLine(caption);
            WriteErrorLine(message);
            WriteErrorLine(offered);

            // The end of input answers with the default too, or the loop would never end.
            string answer = (Console.In.ReadLine() ?? string.Empty).Trim();
            if (answer.Length == 0 && defaultChoice >= 0)
            {
                return defaultChoice;
            }

            int chosen = Choose(choices, labels, answer);
            if (chosen >= 0)
            {
                return chosen;
            }
        }
    }

    public override Dictionary<string, PSObject> Prompt(
        string caption, string message, Collection<FieldDescription> descriptions)
    {
        RequireSomebody();
        Dictionary<string, PSObject> answers = new(StringComparer.OrdinalIgnoreCase);
        foreach (FieldDescription field in descriptions)
        {
            WriteErrorLine($"{field.Name}:");
            answers[field.Name] = PSObject.AsPSObject(ReadLine());
        }

        return answers;
    }

    public override SecureString ReadLineAsSecureString() => throw NoSecrets();

    public override PSCredential PromptForCredential(string caption, string message, string userName, string targetName)
        => throw NoSecrets();

    public override PSCredential PromptForCredential(
        string caption,
        string message,
        string userName,
        string targetName,
        PSCredentialTypes allowedCredentialTypes,
        PSCredentialUIOptions options) => throw NoSecrets();

    private static int Choose(Collection<ChoiceDescription> choices, string[] labels, string answer)
    {
        if (int.TryParse(answer, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
            && number >= 1 && number <= labels.Length)
        {
            return number - 1;
        }

        for (int i = 0; i < labels.Length; i++)
        {
            int mark = choices[i].Label.IndexOf('&', StringComparison.Ordinal);
            bool isKey = mark >= 0 && answer.Length == 1
                && char.ToUpperInvariant(choices[i].Label[mark + 1]) == char.ToUpperInvariant(answer[0]);
            if (isKey || labels[i].Equals(answer, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private static PSNotSupportedException NoSecrets() => new("Shell does not ask for passwords.");

    private void RequireSomebody()
    {
        if (isNonInteractive || Console.IsInputRedirected)
        {
            throw new PSInvalidOperationException("A question to the user cannot be asked: the session is not interactive.");
        }

        ClearProgress();
    }
}
