using System.Text;
using Microsoft.AspNetCore.Http;
using Netcd.Grpc.Wire;

namespace Netcd.Grpc.Server.KestrelHttp2;

/// <summary>Metadata of a request that Kestrel parsed.</summary>
internal sealed class HeaderMetadata(IHeaderDictionary headers) : IMetadata
{
    public bool TryGetValue(string key, out ReadOnlySpan<byte> value)
    {
        var name = key == ":authority" ? "host" : key;
        if (name.StartsWith(':') || !headers.TryGetValue(name, out var values) || values.Count == 0)
        {
            value = default;
            return false;
        }

        var bytes = Encoding.Latin1.GetBytes(values[0] ?? "");
        value = key.EndsWith("-bin", StringComparison.Ordinal) ? BinaryMetadata.Decode(bytes) : bytes;
        return true;
    }
}
