using System.Text.RegularExpressions;

namespace Netcd.Conformance.Gateway;

/// <summary>Tokens in answers to Authenticate.</summary>
internal static partial class Tokens
{
    public static string? Find(string body) =>
        Form().Match(body) is { Success: true } match ? match.Groups["token"].Value : null;

    [GeneratedRegex("""
        "token":\s?"(?<token>[^"]+)"
        """)]
    private static partial Regex Form();
}
