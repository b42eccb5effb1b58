using System.Diagnostics;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>A program of the system that a test runs to its end.</summary>
internal static class Tool
{
    /// <summary>What it wrote, to both ends of its output.</summary>
    public static async Task<string> RunAsync(string program, string arguments, string input)
    {
        using var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            },
        };
        process.Start();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteLineAsync(input);
            process.StandardInput.Close();
            await process.WaitForExitAsync().Within();
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        return await output + await error;
    }
}
