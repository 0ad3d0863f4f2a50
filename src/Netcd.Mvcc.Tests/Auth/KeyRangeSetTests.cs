using System.Text;
using Netcd.Base;

namespace Netcd.Mvcc.Tests.Auth;

/// <summary>Against a naive model: every bound that a request spans must be permitted.</summary>
public sealed class KeyRangeSetTests
{
    private static readonly byte[] Letters = [0, (byte)'a', (byte)'b', 0xFF];
    private static readonly byte[][] Keys = [.. AllKeys()];

    [Theory]
    [InlineData("single key",        "b",  "",   "b",  "",   true)]
    [InlineData("other key",         "b",  "",   "c",  "",   false)]
    [InlineData("longer key",        "b",  "",   "bb", "",   false)]
    [InlineData("first of interval", "b",  "d",  "b",  "",   true)]
    [InlineData("end of interval",   "b",  "d",  "d",  "",   false)]
    [InlineData("whole interval",    "b",  "d",  "b",  "d",  true)]
    [InlineData("beyond interval",   "b",  "d",  "b",  "da", false)]
    [InlineData("from interval on",  "b",  "d",  "b",  "\0", false)]
    [InlineData("from key on",       "b",  "\0", "b",  "\0", true)]
    [InlineData("below from key",    "b",  "\0", "a",  "\0", false)]
    [InlineData("in from key",       "b",  "\0", "x",  "y",  true)]
    [InlineData("everything",        "\0", "\0", "\0", "\0", true)]
    [InlineData("end before key",    "b",  "d",  "c",  "a",  true)]
    [InlineData("empty key",         "\0", "\0", "",   "",   false)]
    [InlineData("empty permission",  "d",  "b",  "c",  "",   false)]
    [InlineData("no key permitted",  "",   "\0", "c",  "",   false)]
    public void One_permission(string name, string key, string end, string askedKey, string askedEnd, bool expected)
    {
        var set = new KeyRangeSet([new AuthPermission(PermissionType.Read, Bytes(key), Bytes(end))]);
        Assert.Equal((name, expected), (name, set.Covers(Bytes(askedKey), Bytes(askedEnd))));
    }

    [Fact]
    public void Verdicts_are_those_of_the_set_of_keys()
    {
        var random = new Prng(20261127);
        for (var round = 0; round < 2000; round++)
        {
            var permissions = new List<AuthPermission>();
            for (var i = 0; i < 1 + random.Next(5); i++)
            {
                var (first, last) = (Pick(random), End(random));
                if (AuthPermission.IsValidRange(first, last))
                {
                    permissions.Add(new AuthPermission(PermissionType.Read, first, last));
                }
            }

            var set = new KeyRangeSet(permissions);
            for (var i = 0; i < 60; i++)
            {
                var (key, end) = (Pick(random), End(random));
                if (end is not ([] or [0]) && key.AsSpan().SequenceCompareTo(end) >= 0)
                {
                    continue;
                }

                // What is permitted changes at a permission's bounds only.
                var asked = permissions
                    .SelectMany(one => new[] { one.Key, one.RangeEnd is [] ? [.. one.Key, 0] : one.RangeEnd })
                    .Where(one => IsIn(one, key, end))
                    .Append(key);
                var expected = asked.All(
                    one => permissions.Exists(permission => IsIn(one, permission.Key, permission.RangeEnd)));
                Assert.True(expected == set.Covers(key, end), Describe(permissions, key, end));
            }
        }
    }

    /// <summary>Whatever is well-formed both judge alike.</summary>
    [Fact]
    public void Tree_of_etcd_gives_the_same_verdicts()
    {
        var random = new Prng(20261128);
        for (var round = 0; round < 2000; round++)
        {
            var permissions = Enumerable.Range(0, 1 + random.Next(12))
                .Select(_ => new AuthPermission(PermissionType.Read, Pick(random), End(random)))
                .Where(one => AuthPermission.IsValidRange(one.Key, one.RangeEnd))
                .ToList();
            var set = new KeyRangeSet(permissions);
            var tree = new PermissionTree(permissions);
            for (var i = 0; i < 60; i++)
            {
                var (key, end) = (Pick(random), End(random));
                var expected = end is [] ? tree.Intersects(key) : tree.Contains(key, end is [0] ? [] : end);
                Assert.True(expected == set.Covers(key, end), Describe(permissions, key, end));
            }
        }
    }

    private static string Describe(List<AuthPermission> permissions, byte[] key, byte[] end) =>
        string.Join(' ', permissions.Select(one => $"[{Hex(one.Key)},{Hex(one.RangeEnd)})"))
        + $" asked [{Hex(key)},{Hex(end)})";

    private static string Hex(byte[] bytes) => Convert.ToHexString(bytes);

    private static bool IsIn(byte[] one, byte[] key, byte[] end) => end switch
    {
        [] => one.AsSpan().SequenceEqual(key),
        [0] => one.AsSpan().SequenceCompareTo(key) >= 0,
        _ => one.AsSpan().SequenceCompareTo(key) >= 0 && one.AsSpan().SequenceCompareTo(end) < 0,
    };

    private static byte[] Pick(Prng random) => Keys[random.Next(Keys.Length)];

    private static byte[] End(Prng random) => random.Next(4) switch
    {
        0 => [],
        1 => [0],
        _ => Pick(random),
    };

    private static IEnumerable<byte[]> AllKeys()
    {
        foreach (var first in Letters)
        {
            yield return [first];
            foreach (var second in Letters)
            {
                yield return [first, second];
                foreach (var third in Letters)
                {
                    yield return [first, second, third];
                }
            }
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}
