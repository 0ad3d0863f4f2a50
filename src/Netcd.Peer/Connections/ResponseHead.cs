using System.Globalization;
using System.Text;
using Netcd.Peer.Streams;

namespace Netcd.Peer.Connections;

/// <summary>The head of an HTTP/1.1 answer: what a stream's dialer needs of it.</summary>
internal sealed class ResponseHead
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);

    private ResponseHead(int status) => Status = status;

    public int Status { get; }

    /// <summary>Whether the body comes in chunks; else it ends with the connection or after its length.</summary>
    public bool IsChunked => Header("Transfer-Encoding").Equals("chunked", StringComparison.OrdinalIgnoreCase);

    /// <summary>Null when it is not told.</summary>
    public long? ContentLength =>
        long.TryParse(Header("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : null;

    /// <summary>Empty when it is absent.</summary>
    public string Header(string name) => _headers.TryGetValue(name, out var value) ? value : "";

    /// <summary>Reads the head that <paramref name="input"/> begins with; null when it is not whole yet.</summary>
    /// <param name="input">What has arrived.</param>
    /// <param name="length">Bytes of the head with its empty line.</param>
    /// <exception cref="StreamException">It is no such head.</exception>
    public static ResponseHead? TryParse(ReadOnlySpan<byte> input, out int length)
    {
        length = 0;
        var end = input.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return input.Length > Limits.ResponseHeadBytesMax
                ? throw new StreamException("the head of the answer is too long")
                : null;
        }

        length = end + 4;
        var lines = Encoding.Latin1.GetString(input[..end]).Split("\r\n");
        var first = lines[0].Split(' ', 3);
        if (first.Length < 2 || !first[0].StartsWith("HTTP/1.", StringComparison.Ordinal)
            || !int.TryParse(first[1], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
        {
            throw new StreamException("malformed HTTP response");
        }

        var head = new ResponseHead(status);
        foreach (var line in lines.AsSpan(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon > 0)
            {
                head._headers[line[..colon]] = line[(colon + 1)..].Trim();
            }
        }

        return head;
    }
}
