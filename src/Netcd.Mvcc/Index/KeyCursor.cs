namespace Netcd.Mvcc;

/// <summary>
/// A walk over the live keys of a range at one revision, in ascending key order. Holds no lock between calls and
/// survives changes of the index; allocates nothing per key. One thread at a time.
/// </summary>
public sealed class KeyCursor : IDisposable
{
    /// <summary>The key; valid until the next call.</summary>
    public ReadOnlySpan<byte> Key => throw new NotSupportedException();

    public IndexEntry Current => throw new NotSupportedException();

    /// <summary>Goes to the first or next key; false at the end of the range.</summary>
    public bool MoveNext() => throw new NotSupportedException();

    public void Dispose() => throw new NotSupportedException();
}
