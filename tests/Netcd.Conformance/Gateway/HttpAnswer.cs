using System.Text;

namespace Netcd.Conformance.Gateway;

/// <summary>An answer with its body's pieces put together; status 0 when there was none.</summary>
internal sealed record HttpAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>Reads what arrived so far; null while the headers are not whole.</summary>
    public static HttpAnswer? TryParse(ReadOnlySpan<byte> received)
    {
        var end = received.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return null;
        }

        var lines = Encoding.Latin1.GetString(received[..end]).Split("\r\n");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines[1..])
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        var body = received[(end + 4)..];
        var isChunked = headers.GetValueOrDefault("Transfer-Encoding") == "chunked";
        return new HttpAnswer(int.Parse(lines[0].Split(' ')[1]), headers, isChunked ? Join(body) : body.ToArray());
    }

    private static byte[] Join(ReadOnlySpan<byte> chunks)
    {
        using var body = new MemoryStream();
        while (true)
        {
            var line = chunks.IndexOf("\r\n"u8);
            if (line < 0)
            {
                return body.ToArray();
            }

            var size = Convert.ToInt32(Encoding.ASCII.GetString(chunks[..line]), 16);
            chunks = chunks[(line + 2)..];
            body.Write(chunks[..Math.Min(size, chunks.Length)]);
            if (size == 0 || chunks.Length < size + 2)
            {
                return body.ToArray();
            }

            chunks = chunks[(size + 2)..];
        }
    }
}
