using System.Text;

namespace PSPeerShare.Core.Files;

/// <summary>How one file system treats names. It is found out by trying, not by knowing file systems.</summary>
/// <param name="FoldsCase">Whether names that differ only in case are one name.</param>
/// <param name="FoldsForm">Whether composed and decomposed spellings of a character are one name.</param>
/// <param name="IsWindowsLike">Whether it refuses, or quietly changes, names that Windows cannot hold.</param>
internal readonly record struct DestinationNames(bool FoldsCase, bool FoldsForm, bool IsWindowsLike)
{
    /// <summary>Whether two different names can be one file.</summary>
    public bool Folds => FoldsCase || FoldsForm;

    /// <summary>Why the file system cannot hold a name, as part of a sentence; null when it can.</summary>
    public string? WhyNot(string name) => IsWindowsLike ? LocalNames.WhyNotOnWindows(name) : null;

    /// <summary>The form in which all names that are one file here are equal.</summary>
    public string Fold(string name)
    {
        string folded = FoldsForm ? name.Normalize(NormalizationForm.FormD) : name;
        if (FoldsCase)
        {
            // Upper case first: several small letters share one capital, as in the tables of file systems.
            folded = folded.ToUpperInvariant();
            folded = FoldsForm ? folded.Normalize(NormalizationForm.FormD) : folded;
        }

        return folded;
    }
}
