using System.Reflection;

namespace PSPeerShare.Files.WindowsTests;

/// <summary>Runs every public method of some classes, each on a new instance with a folder of its own.</summary>
internal sealed class Checks(string wanted)
{
    public int Passed { get; private set; }

    public int Failed { get; private set; }

    public void Run(params Type[] types)
    {
        foreach (MethodInfo check in types.SelectMany(type => type.GetMethods(
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)).Where(
                check => check.Name.Replace('_', ' ').Contains(wanted, StringComparison.OrdinalIgnoreCase)))
        {
            Check instance = (Check)Activator.CreateInstance(check.DeclaringType!)!;
            string folder = Directory.CreateTempSubdirectory("pspeershare-check-").FullName;
            try
            {
                instance.Begin(folder);
                check.CreateDelegate<Action>(instance)();
                Passed++;
                Console.WriteLine($"  ok    {check.Name.Replace('_', ' ')}");
            }
            catch (Exception e)
            {
                Failed++;
                Console.WriteLine($"  FAIL  {check.Name.Replace('_', ' ')}");
                Console.WriteLine($"        {e}");
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
