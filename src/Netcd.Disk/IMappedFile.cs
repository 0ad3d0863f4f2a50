namespace Netcd.Disk;

/// <summary>
/// A file mapped read-only at one address for as long as this object lives. Disposing it while somebody holds a span
/// of it is the caller's mistake and ends the process: pin it by the owner's own reference count.
/// </summary>
public interface IMappedFile : IDisposable
{
    /// <summary>Address space reserved; <see cref="Grow"/> past it throws.</summary>
    long ReservedBytes { get; }

    /// <summary>Bytes that may be read now.</summary>
    long MappedBytes { get; }

    /// <summary>
    /// Maps the file up to <paramref name="length"/>, which the file must have. Earlier spans stay valid.
    /// </summary>
    void Grow(long length);

    /// <summary>Keeps what is mapped, and what will be, in memory (mlock).</summary>
    /// <exception cref="IOException">The system does not allow it.</exception>
    void LockMemory();

    /// <summary>Bounds-checked view into the map; valid until this object is disposed.</summary>
    ReadOnlySpan<byte> Slice(long offset, int length);

    /// <summary>
    /// Says that these bytes are read soon, so that the processor fetches them while it does something else. A hint:
    /// it checks nothing, never fails and changes nothing but time; what lies outside the map is ignored.
    /// </summary>
    void Prefetch(long offset, int length);
}
