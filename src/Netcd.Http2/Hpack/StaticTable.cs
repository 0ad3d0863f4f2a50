using System.Text;

namespace Netcd.Http2.Hpack;

/// <summary>The static table of RFC 7541 appendix A, indexes 1 to 61.</summary>
internal static class StaticTable
{
    public const int Count = 61;

    /// <summary>Names and values of all entries, one behind the other.</summary>
    public static readonly byte[] Bytes;

    private static readonly (string Name, string Value)[] Texts =
    [
        (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
        (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
        (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"), ("accept-charset", ""),
        ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""), ("accept", ""),
        ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""), ("cache-control", ""),
        ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
        ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""),
        ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""),
        ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""), ("if-unmodified-since", ""),
        ("last-modified", ""), ("link", ""), ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""),
        ("proxy-authorization", ""), ("range", ""), ("referer", ""), ("refresh", ""), ("retry-after", ""),
        ("server", ""), ("set-cookie", ""), ("strict-transport-security", ""), ("transfer-encoding", ""),
        ("user-agent", ""), ("vary", ""), ("via", ""), ("www-authenticate", ""),
    ];

    private static readonly HeaderField[] Fields;

#pragma warning disable CA1810 // The blob and the fields that point into it are built together.
    static StaticTable()
#pragma warning restore CA1810
    {
        Bytes = Encoding.ASCII.GetBytes(string.Concat(Texts.Select(text => text.Name + text.Value)));
        Fields = new HeaderField[Count + 1];
        var offset = 0;
        for (var i = 0; i < Count; i++)
        {
            var (name, value) = Texts[i];
            var known = HeaderNames.Classify(Bytes.AsSpan(offset, name.Length));
            Fields[i + 1] = new HeaderField(Bytes, offset, name.Length, value.Length, known);
            offset += name.Length + value.Length;
        }
    }

    /// <summary>The entry with an index from 1 to <see cref="Count"/>.</summary>
    public static ref readonly HeaderField Get(int index) => ref Fields[index];

    /// <summary>The index of an entry with this name and value, or minus that of one with this name, or 0.</summary>
    public static int Find(string name, string value)
    {
        var named = 0;
        for (var i = 0; i < Count; i++)
        {
            if (Texts[i].Name == name)
            {
                if (Texts[i].Value == value)
                {
                    return i + 1;
                }

                named = named == 0 ? -(i + 1) : named;
            }
        }

        return named;
    }
}
