using Google.Protobuf;
using Netcd.Conformance.Infrastructure;
using Netcd.Proto.Auth;

namespace Netcd.Conformance.Auth;

/// <summary>
/// Many permissions of one role in no order, several with the same key: which comes first then follows from Go's sort,
/// and is stored.
/// </summary>
internal static class PermissionSeries
{
    public static IEnumerable<Permission> Of(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var key = $"k{random.Next(6)}";
            yield return new Permission
            {
                Key = V3Client.Bytes(key),
                RangeEnd = random.Next(3) == 0 ? ByteString.CopyFrom(0) : V3Client.Bytes($"{key}x{random.Next(9)}"),
                PermType = (Permission.Types.Type)random.Next(3),
            };
        }
    }
}
