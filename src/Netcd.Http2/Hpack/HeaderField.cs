namespace Netcd.Http2.Hpack;

/// <summary>
/// A field whose name and value lie one behind the other in a buffer owned by a table or by the header list.
/// </summary>
internal readonly struct HeaderField(byte[] buffer, int offset, int nameLength, int valueLength, HeaderName known)
{
    /// <summary>What a field counts beyond its bytes (RFC 7541 section 4.1).</summary>
    public const int OverheadBytes = 32;

    private readonly byte[] _buffer = buffer;
    private readonly int _offset = offset;

    public int NameLength { get; } = nameLength;

    public int ValueLength { get; } = valueLength;

    public HeaderName Known { get; } = known;

    public ReadOnlySpan<byte> Name => _buffer.AsSpan(_offset, NameLength);

    public ReadOnlySpan<byte> Value => _buffer.AsSpan(_offset + NameLength, ValueLength);

    public int SizeBytes => NameLength + ValueLength + OverheadBytes;
}
