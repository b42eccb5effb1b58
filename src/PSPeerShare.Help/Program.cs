using PSPeerShare.Help;

if (args is not [string source, string target])
{
    Console.Error.WriteLine("usage: PSPeerShare.Help <folder of the pages> <folder for the help files>");
    return 64;
}

try
{
    HelpBuilder.Build(source, target);
    return 0;
}
catch (HelpSourceException fault)
{
    // The form in which MSBuild recognises an error with its place.
    Console.Error.WriteLine($"{fault.File}({fault.Line}): error HELP001: {fault.Message}");
    return 1;
}
