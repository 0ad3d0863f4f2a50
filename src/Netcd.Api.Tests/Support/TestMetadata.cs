using System.Text;
using Netcd.Grpc;

namespace Netcd.Api.Tests.Support;

internal sealed class TestMetadata(params (string Key, string Value)[] values) : IMetadata
{
    public bool TryGetValue(string key, out ReadOnlySpan<byte> value)
    {
        foreach (var (name, text) in values)
        {
            if (string.Equals(name, key, StringComparison.Ordinal))
            {
                value = Encoding.Latin1.GetBytes(text);
                return true;
            }
        }

        value = default;
        return false;
    }
}
