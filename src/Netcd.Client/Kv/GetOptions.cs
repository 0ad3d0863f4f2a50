namespace Netcd.Client;

/// <summary>How <see cref="KvClient.GetAsync"/> reads.</summary>
/// <example>
/// <code>
/// var page = await client.Kv.GetAsync("users/", new GetOptions { IsPrefix = true, Limit = 100 });
/// foreach (var pair in page.Kvs)
/// {
///     Console.WriteLine($"{pair.Key.ToStringUtf8()} = {pair.Value.ToStringUtf8()}");
/// }
/// </code>
/// </example>
public sealed record GetOptions
{
    /// <summary>All keys that begin with the key.</summary>
    public bool IsPrefix { get; init; }

    /// <summary>The key and all that follow it.</summary>
    public bool IsFromKey { get; init; }

    /// <summary>First key that is not read any more; empty for one key.</summary>
    public EtcdBytes RangeEnd { get; init; }

    /// <summary>Most pairs to return; 0 for all.</summary>
    public long Limit { get; init; }

    /// <summary>The store's revision to read at; 0 for the newest.</summary>
    public long Revision { get; init; }

    /// <summary>Order of the answer.</summary>
    public RangeRequest.Types.SortOrder SortOrder { get; init; }

    /// <summary>What is ordered by.</summary>
    public RangeRequest.Types.SortTarget SortTarget { get; init; }

    /// <summary>Answer from the member asked, without a word with the others: cheaper, and possibly stale.</summary>
    public bool IsSerializable { get; init; }

    /// <summary>Leave the values out.</summary>
    public bool KeysOnly { get; init; }

    /// <summary>Only count.</summary>
    public bool CountOnly { get; init; }

    /// <summary>Leave out what was last changed before this revision.</summary>
    public long MinModRevision { get; init; }

    /// <summary>Leave out what was changed after this revision.</summary>
    public long MaxModRevision { get; init; }

    /// <summary>Leave out what was created before this revision.</summary>
    public long MinCreateRevision { get; init; }

    /// <summary>Leave out what was created after this revision.</summary>
    public long MaxCreateRevision { get; init; }

    /// <summary>The oldest key of a prefix, by creation.</summary>
    public static GetOptions FirstCreated { get; } = new()
    {
        IsPrefix = true,
        Limit = 1,
        SortTarget = RangeRequest.Types.SortTarget.Create,
        SortOrder = RangeRequest.Types.SortOrder.Ascend,
    };

    /// <summary>The newest key of a prefix, by creation.</summary>
    public static GetOptions LastCreated { get; } = FirstCreated with
    {
        SortOrder = RangeRequest.Types.SortOrder.Descend,
    };

    internal RangeRequest ToRequest(EtcdBytes key)
    {
        var range = Ranges.Of(key, IsPrefix, IsFromKey, RangeEnd);

        // The server's own order is this one; asking for it would make it fetch everything first.
        var isNatural = SortTarget == RangeRequest.Types.SortTarget.Key
            && SortOrder == RangeRequest.Types.SortOrder.Ascend;
        return new RangeRequest
        {
            Key = range.Key.Bytes,
            RangeEnd = range.End.Bytes,
            Limit = Limit,
            Revision = Revision,
            SortOrder = isNatural ? RangeRequest.Types.SortOrder.None : SortOrder,
            SortTarget = SortTarget,
            Serializable = IsSerializable,
            KeysOnly = KeysOnly,
            CountOnly = CountOnly,
            MinModRevision = MinModRevision,
            MaxModRevision = MaxModRevision,
            MinCreateRevision = MinCreateRevision,
            MaxCreateRevision = MaxCreateRevision,
        };
    }
}
