namespace PSPeerShare.Core.Tests.Dashboard;

/// <summary>Two hundred names that peers may legally use and that must not do anything in a page.</summary>
internal static class HostileNames
{
    private static readonly string[] Markup =
    [
        "<img src=x onerror=window.pwned=1>", "<script>window.pwned=1<／script>", "<svg onload=window.pwned=1>", "\"><b onmouseover=window.pwned=1>",
        "'onfocus=window.pwned=1 autofocus='", "javascript:window.pwned=1", "{{constructor.constructor('window.pwned=1')()}}", "${window.pwned=1}",
        "<iframe srcdoc='<script>parent.pwned=1<／script>'>", "<a href=javascript:window.pwned=1>x<／a>", "<style>*{display:none}<／style>", "<!--", "]]>",
        "<base href=http:evil.example>", "<meta http-equiv=refresh content=0;url=http:evil.example>", "<form action=http:evil.example>",
        "<math><mtext><script>window.pwned=1<／script>", "&lt;img src=x onerror=window.pwned=1&gt;", "%3Cscript%3Ewindow.pwned=1%3C%2Fscript%3E",
        "\\u003cscript\\u003ewindow.pwned=1", "__proto__", "constructor", "toString", "hasOwnProperty", "null", "undefined", "NaN", "-1", "true", "[object Object]",
    ];

    private static readonly string[] Wrappings = ["{0}", "{0}.txt", "a {0}", "report\u202E{0}fdp.exe", "\u2066{0}\u2069", "{0}\u200B", "\uFEFF{0}"];

    public static IReadOnlyList<string> All { get; } = [.. Wrappings.SelectMany(w => Markup.Select(m => string.Format(null, w, m))).Take(200)];
}
