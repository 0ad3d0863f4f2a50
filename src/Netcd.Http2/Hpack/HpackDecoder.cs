namespace Netcd.Http2.Hpack;

/// <summary>Decodes header blocks of one direction of a connection (RFC 7541). Not thread safe.</summary>
public sealed class HpackDecoder
{
    private const int InitialCapacityBytes = 4096;
    private const int SizeUpdatesPerBlockMax = 2;

    private readonly DynamicTable _table = new();

    // Largest table size our SETTINGS allow, as far as the encoder is known to have read them.
    private int _capacityMax = InitialCapacityBytes;

    // The encoder acknowledged a smaller limit than its table: its next block must begin with a size update.
    private bool _sizeUpdateDue;

    /// <summary>Bytes of memory held by the dynamic table.</summary>
    public int MemoryBytes => _table.MemoryBytes;

    internal DynamicTable Table => _table;

    /// <summary>Our SETTINGS_HEADER_TABLE_SIZE was sent; a larger table than before may be used from now on.</summary>
    public void OnLimitSent(int bytes) => _capacityMax = Math.Max(_capacityMax, bytes);

    /// <summary>The encoder acknowledged the SETTINGS: a smaller limit holds from now on.</summary>
    public void OnLimitAcknowledged(int bytes)
    {
        _capacityMax = bytes;
        _sizeUpdateDue = _table.CapacityBytes > bytes;
    }

    /// <summary>
    /// Decodes a whole block into <paramref name="headers"/>, which was reset before. A field that is not allowed, or
    /// too many of them, is noted there and decoding goes on, since the table must stay in step.
    /// </summary>
    /// <returns>Null, or what is wrong with the encoding: a connection error COMPRESSION_ERROR.</returns>
    public string? Decode(ReadOnlySpan<byte> block, Http2Headers headers)
    {
        _table.BeginBlock();
        var position = 0;
        if (DecodeSizeUpdates(block, ref position) is { } problem)
        {
            return problem;
        }

        while (position < block.Length)
        {
            var first = block[position];
            if ((first & 0x80) != 0)
            {
                problem = DecodeIndexed(block, ref position, headers);
            }
            else if ((first & 0x40) != 0)
            {
                problem = DecodeLiteral(block, ref position, 6, true, headers);
            }
            else if ((first & 0x20) == 0)
            {
                problem = DecodeLiteral(block, ref position, 4, false, headers);
            }
            else
            {
                problem = "size update after a field";
            }

            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    private string? DecodeSizeUpdates(ReadOnlySpan<byte> block, ref int position)
    {
        var updates = 0;
        while (position < block.Length && (block[position] & 0xe0) == 0x20)
        {
            if (!HpackInteger.TryRead(block, ref position, 5, out var capacity) || capacity > _capacityMax)
            {
                return "size update beyond the limit";
            }

            if (++updates > SizeUpdatesPerBlockMax)
            {
                return "too many size updates";
            }

            _table.SetCapacity(capacity);
            _sizeUpdateDue = false;
        }

        return _sizeUpdateDue ? "size update missing after a smaller limit" : null;
    }

    private string? DecodeIndexed(ReadOnlySpan<byte> block, ref int position, Http2Headers headers)
    {
        if (!HpackInteger.TryRead(block, ref position, 7, out var index) || !IsIndex(index))
        {
            return "index without entry";
        }

        if (index <= StaticTable.Count)
        {
            object? resolved = null;
            headers.Add(StaticTable.Get(index), ref resolved);
        }
        else
        {
            var entry = index - StaticTable.Count - 1;
            headers.Add(_table.Get(entry), ref _table.Resolved(entry));
        }

        return null;
    }

    private string? DecodeLiteral(
        ReadOnlySpan<byte> block, ref int position, int prefixBits, bool insert, Http2Headers headers)
    {
        if (!HpackInteger.TryRead(block, ref position, prefixBits, out var index) || (index != 0 && !IsIndex(index)))
        {
            return "name index without entry";
        }

        var scratch = headers.Scratch(block.Length - position);
        var nameLength = 0;
        HeaderName known;
        scoped ReadOnlySpan<byte> name;
        if (index == 0)
        {
            if (!TryReadString(block, ref position, scratch, out nameLength))
            {
                return "bad name string";
            }

            name = scratch[..nameLength];
            known = HeaderNames.Classify(name);
        }
        else
        {
            var named = index <= StaticTable.Count ? StaticTable.Get(index) : _table.Get(index - StaticTable.Count - 1);
            name = named.Name;
            known = named.Known == HeaderName.Invalid ? HeaderNames.Classify(name) : named.Known;
        }

        if (!TryReadString(block, ref position, scratch[nameLength..], out var valueLength))
        {
            return "bad value string";
        }

        var value = scratch.Slice(nameLength, valueLength);
        known = HeaderNames.CheckValue(known, value);
        if (insert && _table.TryInsert(name, value, known))
        {
            headers.Add(_table.Get(0), ref _table.Resolved(0));
        }
        else
        {
            headers.AddLiteral(name, value, nameLength != 0, known);
        }

        return null;
    }

    private bool IsIndex(int index) => index > 0 && index <= StaticTable.Count + _table.Count;

    private static bool TryReadString(
        ReadOnlySpan<byte> block, ref int position, Span<byte> destination, out int length)
    {
        length = 0;
        if (position >= block.Length)
        {
            return false;
        }

        var huffman = (block[position] & 0x80) != 0;
        if (!HpackInteger.TryRead(block, ref position, 7, out var encoded) || encoded > block.Length - position)
        {
            return false;
        }

        var source = block.Slice(position, encoded);
        position += encoded;
        if (huffman)
        {
            length = Huffman.Decode(source, destination);
            return length >= 0;
        }

        source.CopyTo(destination);
        length = encoded;
        return true;
    }
}
