using System.Globalization;
using System.Resources;
using PSPeerShare.Core;
using PSPeerShare.Core.Diagnostics;

namespace PSPeerShare.Errors;

/// <summary>The words of every failure, from one resource file: <c>Id</c> is the message, <c>Id.Action</c> what to do.</summary>
internal static class ErrorText
{
    private static readonly ResourceManager Texts = new("PSPeerShare.Errors.ErrorText", typeof(ErrorText).Assembly);

    internal static string Message(PeerError error, string? target, string? detail)
    {
        string sentence = string.Format(
            CultureInfo.InvariantCulture,
            Read(error.ToString()),
            string.IsNullOrEmpty(target) ? "-" : Printable.Escape(target));
        return string.IsNullOrEmpty(detail) ? sentence : $"{sentence} ({Printable.Escape(detail)})";
    }

    internal static string Action(PeerError error) => Read(error + ".Action");

    private static string Read(string key) =>
        Texts.GetString(key, CultureInfo.InvariantCulture) ?? throw new MissingManifestResourceException(key);
}
