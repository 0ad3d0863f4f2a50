using Netcd.Base;

namespace Netcd.Mvcc;

/// <summary>
/// Whole keys whose suffix is too long to lie in a page, by handle. One array each: such keys are rare.
/// </summary>
/// <remarks>The writer adds and removes; a reader with a stale handle gets some other key or an empty one.</remarks>
internal sealed class LongKeys
{
    /// <summary>For pages that have none.</summary>
    public static readonly LongKeys None = new();

    private readonly Stack<int> _free = new();
    private byte[]?[] _keys = [];
    private int _used;

    /// <summary>Bytes of all keys held.</summary>
    public long Bytes { get; private set; }

    public ReadOnlySpan<byte> Get(int handle)
    {
        var keys = Volatile.Read(ref _keys);
        return (uint)handle < (uint)keys.Length ? keys[handle] : default(ReadOnlySpan<byte>);
    }

    /// <summary>The array itself, which never changes. The caller keeps the writer away.</summary>
    public byte[] GetArray(int handle)
    {
        var key = _keys[handle];
        Invariant.Check(key is not null);
        return key;
    }

    public int Add(ReadOnlySpan<byte> key)
    {
        if (!_free.TryPop(out var handle))
        {
            handle = _used++;
            if (handle == _keys.Length)
            {
                var grown = new byte[]?[Math.Max(16, handle * 2)];
                _keys.CopyTo(grown, 0);
                Volatile.Write(ref _keys, grown);
            }
        }

        Bytes += key.Length;
        Volatile.Write(ref _keys[handle], key.ToArray());
        return handle;
    }

    public void Remove(int handle)
    {
        Invariant.Check(_keys[handle] is not null);
        Bytes -= _keys[handle]!.Length; // Checked above.
        _keys[handle] = null;
        _free.Push(handle);
    }
}
