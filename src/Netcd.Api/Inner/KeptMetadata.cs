using Netcd.Grpc;

namespace Netcd.Api.Inner;

/// <summary>What is kept of a call's metadata for the inner calls made on its behalf: who the caller is.</summary>
internal sealed class KeptMetadata : IMetadata
{
    private static readonly string[] Kept = ["token", "authorization", "grpcgateway-accept"];

    private readonly (string Key, byte[] Value)[] _values;

    public KeptMetadata(IMetadata metadata)
    {
        var values = new List<(string, byte[])>(0);
        foreach (var key in Kept)
        {
            if (metadata.TryGetValue(key, out var value))
            {
                values.Add((key, value.ToArray()));
            }
        }

        _values = [.. values];
    }

    public bool TryGetValue(string key, out ReadOnlySpan<byte> value)
    {
        foreach (var (name, kept) in _values)
        {
            if (string.Equals(name, key, StringComparison.Ordinal))
            {
                value = kept;
                return true;
            }
        }

        value = default;
        return false;
    }
}
