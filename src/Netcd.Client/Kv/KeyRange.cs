namespace Netcd.Client;

/// <summary>
/// Which keys a request is about, as etcd says it: a first key and the end that is not included any more. No end is one
/// key; the end <c>\0</c> is "to the last key".
/// </summary>
/// <param name="Key">First key.</param>
/// <param name="End">First key after the range; empty for one key.</param>
/// <example><code>var range = KeyRange.Prefix("users/"); // from users/ to users0</code>
/// </example>
public readonly record struct KeyRange(EtcdBytes Key, EtcdBytes End)
{
    /// <summary>All keys.</summary>
    public static KeyRange All { get; } = new(EtcdBytes.Zero, EtcdBytes.Zero);

    /// <summary>One key.</summary>
    public static KeyRange Single(EtcdBytes key) => new(key, EtcdBytes.Empty);

    /// <summary>The keys that begin with these bytes; all keys for none.</summary>
    public static KeyRange Prefix(EtcdBytes prefix) => prefix.IsEmpty ? All : new KeyRange(prefix, PrefixEnd(prefix));

    /// <summary>The key and all that follow it; all keys for an empty one.</summary>
    public static KeyRange From(EtcdBytes key) => new(key.IsEmpty ? EtcdBytes.Zero : key, EtcdBytes.Zero);

    /// <summary>
    /// The first key after all that begin with a prefix: the last byte that can grow grows. <c>ab</c> gives <c>ac</c>,
    /// <c>a\xff</c> gives <c>b</c>; <c>\xff</c> has none and gives <c>\0</c>, "to the last key".
    /// </summary>
    public static EtcdBytes PrefixEnd(EtcdBytes prefix)
    {
        var end = prefix.Bytes.ToByteArray();
        for (var i = end.Length - 1; i >= 0; i--)
        {
            if (end[i] < 0xff)
            {
                end[i]++;
                return end[..(i + 1)];
            }
        }

        return EtcdBytes.Zero;
    }
}
