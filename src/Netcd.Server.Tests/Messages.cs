using System.Text;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Tests;

/// <summary>Encodes requests and answers field by field.</summary>
internal static class Messages
{
    internal static byte[] Of(params (int Field, object Value)[] fields)
    {
        var bytes = new byte[fields.Sum(field => 16 + (field.Value as byte[] ?? []).Length
            + (field.Value is string text ? Encoding.UTF8.GetByteCount(text) : 0))];
        var writer = new ProtoWriter(bytes);
        foreach (var (field, value) in fields)
        {
            switch (value)
            {
                case byte[] data:
                    writer.Delimited(field, data);
                    break;
                case string text:
                    writer.Delimited(field, Encoding.UTF8.GetBytes(text));
                    break;
                default:
                    writer.Int64(field, Convert.ToInt64(value));
                    break;
            }
        }

        return bytes[..writer.Position];
    }

    internal static byte[] Put(string key, string value, long lease = 0, bool previous = false) =>
        Of((1, key), (2, value), (3, lease), (4, previous ? 1 : 0));

    internal static byte[] LeaseGrant(long id, long ttl) => Of((1, ttl), (2, id));

    internal static byte[] Compact(long revision) => Of((1, revision));

    internal static byte[] Operation(int kind, byte[] request) => Of((kind, request));

    internal static byte[] CompareMod(string key, int result, long revision) =>
        Of((1, result), (2, 2), (3, key), (6, revision));
}
