using System.Text;
using PSPeerShare.Core.Files.Native;

namespace PSPeerShare.Core.Tests.Files;

/// <summary>A file system as on a USB stick: folds case and normal forms and has no colon in names.</summary>
internal sealed class FoldingCalls : LinuxFileCalls
{
    public override int Open(int folder, string name, int flags, int mode = 0) =>
        name.Contains(':', StringComparison.Ordinal) ? -Errno.Invalid : base.Open(folder, Fold(name), flags, mode);

    public override int Unlink(int folder, string name, bool isFolder) => base.Unlink(folder, Fold(name), isFolder);

    public override int Stat(int folder, ReadOnlySpan<byte> name, out UnixStat stat)
    {
        string folded = Fold(Encoding.UTF8.GetString(name));
        return base.Stat(folder, Encoding.UTF8.GetBytes(folded), out stat);
    }

    private static string Fold(string name) => name.StartsWith("probe", StringComparison.OrdinalIgnoreCase)
        ? name.Normalize(NormalizationForm.FormD).ToUpperInvariant()
        : name;
}
