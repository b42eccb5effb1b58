using System.Diagnostics;

namespace PSPeerShare.Core.Tests.TestKit;

/// <summary>
/// Runs a static method <c>void Method(string[])</c> of this assembly in a process of its own. What it writes to
/// standard output comes back as text; anything else than exit code 0 fails the test.
/// </summary>
internal sealed class OtherProcess : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Process process;
    private readonly Task<string> errors;

    private OtherProcess(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync();
    }

    public int Id => process.Id;

    public static OtherProcess Start(Action<string[]> method, params string[] arguments) => Start("dotnet", [], method, arguments);

    /// <summary>
    /// Runs it for a user to whom the mode of a file means something: where this is root, without the capabilities that
    /// pass over it.
    /// </summary>
    public static OtherProcess StartOrdinary(Action<string[]> method, params string[] arguments)
    {
        const string Ignoring = "-dac_override,-dac_read_search";
        return Environment.IsPrivilegedProcess
            ? Start("setpriv", ["--bounding-set", Ignoring, "--inh-caps", Ignoring, "dotnet"], method, arguments)
            : Start(method, arguments);
    }

    private static OtherProcess Start(string program, string[] before, Action<string[]> method, string[] arguments)
    {
        var start = new ProcessStartInfo(program, before)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(typeof(OtherProcess).Assembly.Location);
        start.ArgumentList.Add(method.Method.DeclaringType!.FullName!);
        start.ArgumentList.Add(method.Method.Name);
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        return new OtherProcess(Process.Start(start)!);
    }

    /// <summary>The next line that the process writes.</summary>
    public async Task<string?> ReadLineAsync() => await process.StandardOutput.ReadLineAsync().WaitAsync(Patience);

    /// <summary>Answers the process's <c>Console.ReadLine</c>.</summary>
    public void WriteLine(string line)
    {
        process.StandardInput.WriteLine(line);
        process.StandardInput.Flush();
    }

    /// <summary>Waits for the end and returns the rest of what was written.</summary>
    public async Task<string> FinishAsync()
    {
        string output = await process.StandardOutput.ReadToEndAsync().WaitAsync(Patience);
        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {await errors}");
        return output.Trim();
    }

    public void Kill()
    {
        process.Kill();
        Assert.True(process.WaitForExit(Patience));
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            Kill();
        }

        process.Dispose();
    }

    private static void Main(string[] arguments)
    {
        Type type = Type.GetType(arguments[0], throwOnError: true)!;
        const System.Reflection.BindingFlags AnyStatic =
            System.Reflection.BindingFlags.Static | System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.NonPublic;
        type.GetMethod(arguments[1], AnyStatic)!.CreateDelegate<Action<string[]>>()(arguments[2..]);
    }
}
