using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Netcd.Conformance.Gateway;

/// <summary>
/// An answer as text to be compared: status, the headers that mean something, and the body with what differs from run
/// to run or from build to build put aside.
/// </summary>
internal static partial class AnswerForm
{
    private static readonly string[] Headers =
    [
        "Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Allow-Origin", "Allow",
        "Content-Type", "Grpc-Metadata-Content-Type", "Location", "WWW-Authenticate", "X-Content-Type-Options",
    ];

    /// <param name="answer">The answer.</param>
    /// <param name="isOfFile">It has a hash of the whole database, which has what each program notes for itself.</param>
    public static string Of(HttpAnswer answer, bool isOfFile = false)
    {
        var form = new StringBuilder();
        form.Append(CultureInfo.InvariantCulture, $"{answer.Status}\n");
        foreach (var name in Headers)
        {
            if (answer.Headers.TryGetValue(name, out var value))
            {
                form.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
            }
        }

        var body = answer.Text;
        if (answer.Headers.GetValueOrDefault("Content-Type")?.StartsWith("application/json", StringComparison.Ordinal)
            == true)
        {
            // protojson puts a space after each comma, and a no-break space after "proto:", or does not: each build
            // does it its own way, so that nobody relies on it.
            body = Comma().Replace(body, static match => match.Groups["text"].Success ? match.Value : ",");
            body = body.Replace("proto:\u00a0", "proto: ", StringComparison.Ordinal);

            // What is made at random, what time does, and how large a database file is.
            body = Random().Replace(body, "\"${name}\":\"*\"");

            // When the time of a call is over, Go's gateway and the server end it at once: who is first gives the text.
            body = body.Replace(
                "stream terminated by RST_STREAM with error code: CANCEL", "context deadline exceeded",
                StringComparison.Ordinal);

            body = isOfFile ? FileHash().Replace(body, "\"hash\":*}") : body;

            // What etcd 3.5 does not have.
            body = Newer().Replace(body, "");
        }

        return form.Append(body).ToString();
    }

    [GeneratedRegex("""(?<text>"(\\.|[^"\\])*")|, """)]
    private static partial Regex Comma();

    [GeneratedRegex(
        """
        "((?<name>raft_term|raftTerm|dbSize|dbSizeInUse)":"\d+|(?<name>version|etcdserver)":"3\.[56]\.\d+|
        (?<name>TTL)":"\d{3,4}|(?<name>ID)":"\d{18,19}|(?<name>token)":"[^"]*)"
        """,
        RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Random();

    [GeneratedRegex("\"hash\":[1-9][0-9]*}$")]
    private static partial Regex FileHash();

    [GeneratedRegex(""","(hash_revision|storageVersion|dbSizeQuota|downgradeInfo|storage)":("[^"]*"|\{[^}]*\})""")]
    private static partial Regex Newer();
}
