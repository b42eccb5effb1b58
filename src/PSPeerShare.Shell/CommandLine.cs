using System.Collections;
using System.Management.Automation.Runspaces;

namespace PSPeerShare.Shell;

/// <summary>What Shell was asked to do, in pwsh's words.</summary>
internal sealed record CommandLine
{
    /// <summary>How to call Shell.</summary>
    public const string Usage = """
        Usage: PSPeerShare.Shell [options] [-File] <script.ps1> [<argument> ...]
               PSPeerShare.Shell [options] -Command <text>
        Options: -NoProfile, -NoLogo (accepted; Shell has neither), -NonInteractive, -ExecutionPolicy <policy> (Windows)
        The module is the one under output/ of this source tree, or the one that PSPEERSHARE_MODULE names.
        """;

    // The shortest form pwsh accepts, the whole word, and whether a value follows.
    private static readonly (string Shortest, string Name, bool TakesValue)[] Options =
    [
        ("c", "command", true),
        ("f", "file", true),
        ("nop", "noprofile", false),
        ("nol", "nologo", false),
        ("noni", "noninteractive", false),
        ("ex", "executionpolicy", true),
        ("h", "help", false),
    ];

    /// <summary>The text of -Command.</summary>
    public string? Command { get; private init; }

    /// <summary>The script's full path.</summary>
    public string? File { get; private init; }

    /// <summary>What follows the script's path, except <see cref="Switches"/>.</summary>
    public IReadOnlyList<CommandParameter> Arguments { get; private init; } = [];

    /// <summary>The script's arguments of the form <c>-Name:value</c>, by name.</summary>
    public Hashtable Switches { get; private init; } = [];

    /// <summary>The policy asked for; it means something on Windows only.</summary>
    public string? ExecutionPolicy { get; private init; }

    /// <summary>Whether a question to the user is an error.</summary>
    public bool IsNonInteractive { get; private init; }

    /// <summary>Whether only the usage is to be shown.</summary>
    public bool WantsHelp { get; private init; }

    /// <summary>Reads the arguments of the process.</summary>
    /// <param name="args">The arguments.</param>
    /// <param name="line">What they ask for.</param>
    /// <param name="fault">Why they cannot be understood.</param>
    /// <returns>Whether they can be understood.</returns>
    public static bool TryParse(string[] args, out CommandLine line, out string? fault)
    {
        line = new CommandLine();
        fault = null;
        for (int i = 0; i < args.Length; i++)
        {
            if (!args[i].StartsWith('-'))
            {
                line = line.WithFile(args, i);
                return true;
            }

            string? name = FullName(args[i].TrimStart('-'));
            bool takesValue = Array.Exists(Options, option => option.Name == name && option.TakesValue);
            if (name is null || (takesValue && i + 1 == args.Length))
            {
                fault = name is null ? $"'{args[i]}' is not an option." : $"'{args[i]}' needs a value.";
                return false;
            }

            switch (name)
            {
                case "help":
                    line = line with { WantsHelp = true };
                    return true;
                case "command":
                    // As in pwsh, everything that follows is the command.
                    line = line with { Command = string.Join(' ', args.AsSpan(i + 1).ToArray()) };
                    return true;
                case "file":
                    line = line.WithFile(args, i + 1);
                    return true;
                case "executionpolicy":
                    line = line with { ExecutionPolicy = args[++i] };
                    break;
                case "noninteractive":
                    line = line with { IsNonInteractive = true };
                    break;
            }
        }

        fault = "Nothing to run: name a script or give -Command.";
        return false;
    }

    private static string? FullName(string word)
    {
        if (word.Equals("ep", StringComparison.OrdinalIgnoreCase))
        {
            return "executionpolicy";
        }

        foreach ((string shortest, string name, _) in Options)
        {
            if (name.StartsWith(word, StringComparison.OrdinalIgnoreCase)
                && word.StartsWith(shortest, StringComparison.OrdinalIgnoreCase))
            {
                return name;
            }
        }

        return null;
    }

    private CommandLine WithFile(string[] args, int index)
    {
        List<CommandParameter> arguments = [];
        Hashtable switches = new(StringComparer.OrdinalIgnoreCase);
        foreach (string argument in args.AsSpan(index + 1))
        {
            bool isName = argument.Length > 1 && argument[0] == '-' && char.IsLetter(argument[1]);
            int colon = isName ? argument.IndexOf(':', StringComparison.Ordinal) : -1;
            if (colon > 0)
            {
                switches[argument[1..colon]] = Value(argument[(colon + 1)..]);
            }
            else
            {
                arguments.Add(isName ? new CommandParameter(argument) : new CommandParameter(null, argument));
            }
        }

        return this with { File = Path.GetFullPath(args[index]), Arguments = arguments, Switches = switches };
    }

    // What is typed as $true means the value also where no PowerShell reads the command line.
    private static object Value(string text) => text.ToUpperInvariant() switch
    {
        "$TRUE" => true,
        "$FALSE" => false,
        _ => text,
    };
}
