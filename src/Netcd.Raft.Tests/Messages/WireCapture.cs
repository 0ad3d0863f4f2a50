using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Netcd.Raft.Tests.Messages;

/// <summary>
/// Takes the raft messages out of the bytes of one captured peer connection, as rafthttp frames them.
/// </summary>
internal static class WireCapture
{
    /// <summary>
    /// Length-prefixed messages of a <c>message</c> stream, and the full ones of a <c>msgapp</c> stream.
    /// </summary>
    public static IEnumerable<byte[]> StreamMessages(string requestPath, byte[] response)
    {
        var body = Unchunk(response, out var isChunked);
        if (!isChunked)
        {
            yield break;
        }

        var position = 0;
        var isMessageStream = requestPath.StartsWith("/raft/stream/message/", StringComparison.Ordinal);
        while (position < body.Length)
        {
            var kind = isMessageStream ? 2 : body[position++];
            if (kind == 1)
            {
                position = SkipCompactAppend(body, position);
            }
            else if (kind == 2)
            {
                if (!TryLength(body, position, out var length) || position + 8 + length > body.Length)
                {
                    yield break;
                }

                yield return body[(position + 8)..(position + 8 + length)];
                position += 8 + length;
            }
        }
    }

    /// <summary>Entries of the compact appends of a <c>msgapp</c> stream.</summary>
    public static IEnumerable<byte[]> StreamEntries(byte[] response)
    {
        var body = Unchunk(response, out _);
        var position = 0;
        while (position < body.Length)
        {
            var kind = body[position++];
            if (kind == 2 && TryLength(body, position, out var length))
            {
                position += 8 + length;
            }
            else if (kind == 1 && TryLength(body, position, out var count))
            {
                position += 8;
                for (var i = 0; i < count && TryLength(body, position, out length); i++)
                {
                    if (position + 8 + length > body.Length)
                    {
                        yield break;
                    }

                    yield return body[(position + 8)..(position + 8 + length)];
                    position += 8 + length;
                }

                position += 8;
            }
            else if (kind != 0)
            {
                yield break;
            }
        }
    }

    public static string Header(byte[] connection, string name)
    {
        var text = Encoding.Latin1.GetString(connection, 0, Math.Min(connection.Length, 2000));
        var start = text.IndexOf(name + ": ", StringComparison.OrdinalIgnoreCase);
        return start < 0 ? string.Empty : text[(start + name.Length + 2)..text.IndexOf('\r', start)];
    }

    public static string RequestPath(byte[] request) =>
        Encoding.Latin1.GetString(request, 0, Math.Min(request.Length, 200)).Split(' ') is [_, var path, ..]
            ? path
            : string.Empty;

    private static int SkipCompactAppend(byte[] body, int position)
    {
        if (!TryLength(body, position, out var count))
        {
            return body.Length;
        }

        position += 8;
        for (var i = 0; i < count && TryLength(body, position, out var length); i++)
        {
            position += 8 + length;
        }

        return position + 8;
    }

    private static bool TryLength(byte[] body, int position, out int length)
    {
        length = position + 8 <= body.Length
            ? (int)BinaryPrimitives.ReadUInt64BigEndian(body.AsSpan(position))
            : -1;
        return length >= 0;
    }

    private static byte[] Unchunk(byte[] response, out bool isChunked)
    {
        var position = response.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        isChunked = Header(response, "Transfer-Encoding") == "chunked";
        var body = new List<byte>();
        while (isChunked && position < response.Length)
        {
            var lineLength = response.AsSpan(position).IndexOf("\r\n"u8);
            if (lineLength <= 0)
            {
                break;
            }

            var size = int.Parse(
                Encoding.ASCII.GetString(response, position, lineLength), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            position += lineLength + 2;
            size = Math.Min(size, response.Length - position);
            body.AddRange(response.AsSpan(position, size));
            position += size + 2;
        }

        return [.. body];
    }
}
