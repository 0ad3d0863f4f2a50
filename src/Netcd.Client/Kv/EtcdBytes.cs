using System.Text;

namespace Netcd.Client;

/// <summary>
/// A key or a value: bytes. Text becomes its UTF-8; arrays, memory and <see cref="ByteString"/> are taken as they are.
/// Arrays are not copied, so they must not change afterwards.
/// </summary>
/// <example>
/// <code>
/// await client.Kv.PutAsync("key", "value");
/// await client.Kv.PutAsync("key", new byte[] { 0, 1, 2 });
/// </code>
/// </example>
public readonly struct EtcdBytes : IEquatable<EtcdBytes>
{
    private readonly ByteString? _bytes;

    /// <summary>Wraps a <see cref="ByteString"/>.</summary>
    public EtcdBytes(ByteString bytes) => _bytes = bytes;

    /// <summary>No bytes.</summary>
    public static EtcdBytes Empty => default;

    /// <summary>The key that stands before all others and, as a range's end, for "no end".</summary>
    public static EtcdBytes Zero { get; } = new(ByteString.CopyFrom(0));

    /// <summary>The bytes as messages carry them.</summary>
    public ByteString Bytes => _bytes ?? ByteString.Empty;

    /// <summary>Number of bytes.</summary>
    public int Length => Bytes.Length;

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => Length == 0;

    /// <summary>UTF-8 of a text.</summary>
    public static implicit operator EtcdBytes(string text) => FromString(text);

    /// <summary>The array itself, not a copy.</summary>
    public static implicit operator EtcdBytes(byte[] bytes) => FromMemory(bytes);

    /// <summary>The memory itself, not a copy.</summary>
    public static implicit operator EtcdBytes(ReadOnlyMemory<byte> bytes) => FromMemory(bytes);

    /// <summary>The bytes of a message's field.</summary>
    public static implicit operator EtcdBytes(ByteString bytes) => new(bytes);

    /// <summary>Whether two have the same bytes.</summary>
    public static bool operator ==(EtcdBytes left, EtcdBytes right) => left.Equals(right);

    /// <summary>Whether two have different bytes.</summary>
    public static bool operator !=(EtcdBytes left, EtcdBytes right) => !left.Equals(right);

    /// <summary>UTF-8 of a text.</summary>
    public static EtcdBytes FromString(string text) =>
        FromMemory(Encoding.UTF8.GetBytes(text));

    /// <summary>The memory itself, not a copy.</summary>
    public static EtcdBytes FromMemory(ReadOnlyMemory<byte> bytes) => new(UnsafeByteOperations.UnsafeWrap(bytes));

    /// <inheritdoc/>
    public bool Equals(EtcdBytes other) => Bytes.Equals(other.Bytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is EtcdBytes other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Bytes.GetHashCode();

    /// <summary>The bytes as UTF-8 text.</summary>
    public override string ToString() => Bytes.ToStringUtf8();
}
