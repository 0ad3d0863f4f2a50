using Netcd.Bbolt.Pages;
using Netcd.Bbolt.Reading;

namespace Netcd.Bbolt;

/// <summary>
/// A bucket as a read transaction sees it: ordered keys with values. Copied freely; usable from any thread while its
/// transaction is open. A default value behaves like a bucket that must not be touched.
/// </summary>
public readonly struct BboltBucket
{
    private readonly PageSource _source;
    private readonly BucketHeader _header;

    internal BboltBucket(PageSource source, in BucketHeader header)
    {
        _source = source;
        _header = header;
    }

    /// <summary>Finds the value of a key. Nested buckets are not visible here.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Points into the map; valid until the transaction ends.</param>
    /// <exception cref="Netcd.Base.CorruptionException">A page on the way is damaged.</exception>
    public bool TryGet(scoped ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        var page = TreeSearch.Leaf(_source, _header, key);
        var index = page.LowerBound(key, out var exact);
        if (!exact || page.IsBucket(index))
        {
            value = default;
            return false;
        }

        value = page.Value(index);
        return true;
    }

    /// <summary>A cursor that stands nowhere yet: call First, Last or Seek.</summary>
    public BboltCursor Cursor() => new(_source, _header);
}
