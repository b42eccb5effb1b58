using System.Text;

namespace PSPeerShare.Core.Storage;

/// <summary>What two names must share to count as the same name: normal form C, upper case, whatever the culture.</summary>
internal static class NameKey
{
    public static string Of(string name) => name.Normalize(NormalizationForm.FormC).ToUpperInvariant();
}
