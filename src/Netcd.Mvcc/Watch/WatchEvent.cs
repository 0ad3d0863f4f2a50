using Netcd.Base.Buffers;

namespace Netcd.Mvcc;

/// <summary>One event of an <see cref="EventSet"/>, encoded as field 11 of a WatchResponse.</summary>
internal struct WatchEvent
{
    public long Main;

    public bool IsTombstone;

    /// <summary>A put that began the key's generation: it has no previous value.</summary>
    public bool IsCreate;

    /// <summary>Where the key lies in <see cref="Encoded"/>.</summary>
    public int KeyOffset;

    /// <inheritdoc cref="KeyOffset"/>
    public int KeyLength;

    /// <summary>Without prev_kv.</summary>
    public SharedBytes Encoded;

    /// <summary>With prev_kv; null until somebody asks for it.</summary>
    public SharedBytes? WithPrevious;

    public readonly bool Passes(WatchFilters filters) =>
        (filters & (IsTombstone ? WatchFilters.NoDelete : WatchFilters.NoPut)) == WatchFilters.None;
}
