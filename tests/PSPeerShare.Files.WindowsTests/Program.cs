using System.Runtime.Versioning;
using PSPeerShare.Files.WindowsTests;

[assembly: SupportedOSPlatform("windows")]

if (!OperatingSystem.IsWindows())
{
    Console.Error.WriteLine("This program runs on Windows or under Wine; see tests/run-under-wine.sh.");
    return 2;
}

Console.OutputEncoding = System.Text.Encoding.UTF8;
// An argument picks the checks whose name contains it.
Checks checks = new(args.Length > 0 ? args[0] : string.Empty);
checks.Run(typeof(ReadingChecks), typeof(WalkingChecks), typeof(ReceivingChecks), typeof(StagingChecks), typeof(NameChecks));
Console.WriteLine($"{checks.Passed} passed, {checks.Failed} failed");
return checks.Failed == 0 && checks.Passed > 0 ? 0 : 1;
