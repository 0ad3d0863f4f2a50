using System.Text;
using System.Text.RegularExpressions;

namespace Netcd.Conformance.Gateway;

/// <summary>One request of a request file, whose first lines describe the form.</summary>
internal sealed partial record HttpRequestLine(
    string Text, string Method, string Path, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    /// <summary>Lines of the answer that are read; 0 for all of it.</summary>
    public int Lines { get; private init; }

    /// <summary>The status that etcd 3.6 gives where 3.5 gives another; else null.</summary>
    public int? NewerStatus { get; private init; }

    public static IEnumerable<HttpRequestLine> ReadAll(string file) =>
        File.ReadLines(file).Where(line => line.Length > 0 && line[0] != '#').Select(Parse);

    public static HttpRequestLine Parse(string line)
    {
        var parts = Form().Match(line);
        var headers = Header().Matches(parts.Groups["headers"].Value)
            .Select(header => (Name: header.Groups["name"].Value, header.Groups["value"].Value))
            .ToList();
        var lines = headers.Find(header => header.Name == "lines").Value;
        var newer = headers.Find(header => header.Name == "3.6").Value;
        headers.RemoveAll(header => header.Name is "lines" or "3.6");
        return new HttpRequestLine(
            line,
            parts.Groups["method"].Value.Replace("STREAM", "POST", StringComparison.Ordinal),
            parts.Groups["path"].Value,
            headers,
            Expand(parts.Groups["body"].Value))
        {
            Lines = lines is null ? 0 : int.Parse(lines),
            NewerStatus = newer is null ? null : int.Parse(newer),
        };
    }

    private static byte[] Expand(string text)
    {
        using var bytes = new MemoryStream();
        var position = 0;
        foreach (Match insert in Insert().Matches(text))
        {
            bytes.Write(Encoding.UTF8.GetBytes(text[position..insert.Index]));
            position = insert.Index + insert.Length;
            if (insert.Groups["hex"].Success)
            {
                bytes.Write(Convert.FromHexString(insert.Groups["hex"].Value));
                continue;
            }

            var part = Encoding.UTF8.GetBytes(insert.Groups["text"].Value);
            for (var i = int.Parse(insert.Groups["count"].Value); i > 0; i--)
            {
                bytes.Write(part);
            }
        }

        bytes.Write(Encoding.UTF8.GetBytes(text[position..]));
        return bytes.ToArray();
    }

    [GeneratedRegex(@"^(?<method>\S+) (?<path>\S+)(?<headers>( \{\{.*?\}\}(?= |$))*)( (?<body>.*))?$")]
    private static partial Regex Form();

    [GeneratedRegex(@"\{\{(?<name>[^:]+): (?<value>.*?)\}\}(?= |$)")]
    private static partial Regex Header();

    [GeneratedRegex(@"<<(x:(?<hex>[0-9a-f]+)|(?<count>\d+)\*(?<text>.*?))>>")]
    private static partial Regex Insert();
}
