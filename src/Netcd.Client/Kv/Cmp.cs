namespace Netcd.Client;

/// <summary>The conditions of a transaction: what of a key is compared, then how.</summary>
/// <example>
/// <code>
/// // Create the key only if it does not exist.
/// var answer = await client.Kv.Txn()
///     .If(Cmp.CreateRevision("key").EqualTo(0))
///     .Then(Op.Put("key", "mine"))
///     .Else(Op.Get("key"))
///     .CommitAsync();
/// </code>
/// </example>
public static class Cmp
{
    /// <summary>How often the key was written since it was created; 0 for a key that does not exist.</summary>
    public static CmpNumber Version(EtcdBytes key) => new(key, Compare.Types.CompareTarget.Version);

    /// <summary>The revision at which the key was created; 0 for a key that does not exist.</summary>
    public static CmpNumber CreateRevision(EtcdBytes key) => new(key, Compare.Types.CompareTarget.Create);

    /// <summary>The revision at which the key was last written; 0 for a key that does not exist.</summary>
    public static CmpNumber ModRevision(EtcdBytes key) => new(key, Compare.Types.CompareTarget.Mod);

    /// <summary>The key's lease; 0 for none.</summary>
    public static CmpNumber Lease(EtcdBytes key) => new(key, Compare.Types.CompareTarget.Lease);

    /// <summary>The key's value.</summary>
    public static CmpValue Value(EtcdBytes key) => new(key);

    /// <summary>The condition for all keys from the compare's own to an end.</summary>
    public static Compare WithRange(this Compare compare, EtcdBytes end)
    {
        compare.RangeEnd = end.Bytes;
        return compare;
    }

    /// <summary>The condition for all keys that begin with the compare's own.</summary>
    public static Compare WithPrefix(this Compare compare)
    {
        var range = KeyRange.Prefix(compare.Key);
        compare.Key = range.Key.Bytes;
        compare.RangeEnd = range.End.Bytes;
        return compare;
    }
}
