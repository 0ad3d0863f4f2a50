using Netcd.Client;
using Netcd.CommandLine;

namespace Netcd.Ctl.Session;

/// <summary>The keys that a permission is about, out of a key, perhaps an end, --prefix and --from-key.</summary>
internal static class PermissionRange
{
    private const string Exclusive = "--from-key and --prefix flags are mutually exclusive";

    public static KeyRange Read(Invocation invocation, int first)
    {
        var (prefix, fromKey) = (invocation.Bool("prefix"), invocation.Bool("from-key"));
        var key = Arguments.Key(invocation.Arguments[first]);
        var hasEnd = invocation.Arguments.Count > first + 1;
        if (prefix && fromKey && (key.IsEmpty || !hasEnd))
        {
            throw Arguments.Bad(Exclusive);
        }

        if (key.IsEmpty)
        {
            // All keys: an empty prefix would be no interval.
            return new KeyRange(EtcdBytes.Zero, prefix || fromKey ? EtcdBytes.Zero : default);
        }

        if (!hasEnd)
        {
            return prefix ? KeyRange.Prefix(key) : fromKey ? KeyRange.From(key) : KeyRange.Single(key);
        }

        return prefix ? throw Arguments.Bad("unexpected endkey argument with --prefix flag")
            : fromKey ? throw Arguments.Bad("unexpected endkey argument with --from-key flag")
            : new KeyRange(key, Arguments.Key(invocation.Arguments[first + 1]));
    }
}
