using System.Text;
using Netcd.Grpc.Wire;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>Metadata read straight from a header block while it is there.</summary>
internal sealed class ViewMetadata : IMetadata
{
    private Http2Headers? _headers;

    public ViewMetadata Over(Http2Headers headers)
    {
        _headers = headers;
        return this;
    }

    public bool TryGetValue(string key, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (_headers is null)
        {
            return false;
        }

        if (key == ":authority")
        {
            value = _headers.Authority;
            return true;
        }

        for (var i = 0; i < _headers.Count; i++)
        {
            if (Ascii.Equals(_headers.Name(i), key))
            {
                value = key.EndsWith("-bin", StringComparison.Ordinal)
                    ? BinaryMetadata.Decode(_headers.Value(i))
                    : _headers.Value(i);
                return true;
            }
        }

        return false;
    }
}
