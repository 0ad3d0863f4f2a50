using System.Buffers.Text;
using Netcd.Http2.Hpack;

namespace Netcd.Http2;

/// <summary>
/// The decoded fields of one header block. One object per connection, refilled for each block: a view, valid until the
/// handler's method returns.
/// </summary>
public sealed class Http2Headers
{
    private const int FieldsKeptMax = 64;
    private const int ScratchKeptBytesMax = 4096;

    // The value fields of a request, by HeaderName from PseudoMethod to PseudoStatus, and whether they were seen.
    private const int PseudoFields = 5;

    private readonly IHttp2Handler? _resolver;
    private readonly HeaderField[] _pseudo = new HeaderField[PseudoFields];
    private HeaderField[] _fields = new HeaderField[12];
    private int _pseudoSeen;

    // Literal fields that enter no table. Fields point into it; a larger buffer replaces it, the old one stays theirs.
    private byte[] _scratch = [];
    private int _scratchUsed;
    private int _sizeBytes;
    private int _sizeBytesMax;
    private int _host = -1;

    /// <param name="resolver">Resolves paths; null on the client's side.</param>
    public Http2Headers(IHttp2Handler? resolver = null) => _resolver = resolver;

    /// <summary>Value of <c>:method</c>.</summary>
    public ReadOnlySpan<byte> Method => Pseudo(HeaderName.PseudoMethod);

    /// <summary>Value of <c>:scheme</c>.</summary>
    public ReadOnlySpan<byte> Scheme => Pseudo(HeaderName.PseudoScheme);

    /// <summary>Value of <c>:path</c>.</summary>
    public ReadOnlySpan<byte> Path => Pseudo(HeaderName.PseudoPath);

    /// <summary>Value of <c>:status</c> of a response.</summary>
    public ReadOnlySpan<byte> Status => Pseudo(HeaderName.PseudoStatus);

    /// <summary>Value of <c>:authority</c>, else of <c>host</c>, else empty.</summary>
    public ReadOnlySpan<byte> Authority =>
        HasPseudo(HeaderName.PseudoAuthority) || _host < 0 ? Pseudo(HeaderName.PseudoAuthority) : Value(_host);

    /// <summary>What <see cref="IHttp2Handler.ResolvePath"/> said about <see cref="Path"/>.</summary>
    public object? ResolvedPath { get; private set; }

    /// <summary>Value of <c>content-length</c>, -1 without one.</summary>
    public long ContentLength { get; private set; } = -1;

    /// <summary>Number of regular fields (pseudo headers not counted), in the order sent.</summary>
    public int Count { get; private set; }

    /// <summary>What is not allowed about the fields, the first found; null for nothing.</summary>
    internal string? Problem { get; private set; }

    /// <summary>The list is longer than allowed; the fields beyond are not kept.</summary>
    internal bool IsTooLarge => _sizeBytes > _sizeBytesMax;

    /// <summary>Which well-known name a field has, so that the usual ones need no comparison.</summary>
    public HeaderName NameOf(int index) => Field(index).Known;

    public ReadOnlySpan<byte> Name(int index) => Field(index).Name;

    public ReadOnlySpan<byte> Value(int index) => Field(index).Value;

    /// <summary>The first value of a well-known name; empty and false without one.</summary>
    public bool TryGetValue(HeaderName name, out ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_fields[i].Known == name)
            {
                value = _fields[i].Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>The first value of a name, given in lower case.</summary>
    public bool TryGetValue(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_fields[i].Name.SequenceEqual(name))
            {
                value = _fields[i].Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Empties the object for the next block.</summary>
    public void Reset(int sizeBytesMax)
    {
        if (_fields.Length > FieldsKeptMax)
        {
            _fields = new HeaderField[FieldsKeptMax];
        }

        if (_scratch.Length > ScratchKeptBytesMax)
        {
            _scratch = [];
        }

        _pseudoSeen = 0;
        _scratchUsed = 0;
        _sizeBytes = 0;
        _sizeBytesMax = sizeBytesMax;
        _host = -1;
        Count = 0;
        ResolvedPath = null;
        ContentLength = -1;
        Problem = null;
    }

    /// <summary>Room for a literal of a block with that many bytes left, decoded or not.</summary>
    internal Span<byte> Scratch(int encodedBytes)
    {
        // Not kept beyond the list's limit: the room is then used again and again, so it never grows past one block.
        var needed = Huffman.DecodedBytesMax(encodedBytes) + 1;
        if (_scratch.Length - _scratchUsed < needed)
        {
            _scratch = new byte[Math.Max(256, needed * 2)];
            _scratchUsed = 0;
        }

        return _scratch.AsSpan(_scratchUsed);
    }

    /// <summary>
    /// Adds a literal that entered no table; its value (and its name, if literal too) lies at the front of the scratch.
    /// </summary>
    internal void AddLiteral(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, bool nameInScratch, HeaderName known)
    {
        object? resolved = null;
        var start = _scratchUsed;
        if (!nameInScratch)
        {
            // The name comes from a table: put it before the value.
            if (_scratch.Length - start < name.Length + value.Length)
            {
                var larger = new byte[(name.Length + value.Length) * 2];
                value.CopyTo(larger.AsSpan(name.Length));
                _scratch = larger;
                start = 0;
            }
            else
            {
                value.CopyTo(_scratch.AsSpan(start + name.Length));
            }

            name.CopyTo(_scratch.AsSpan(start));
        }

        var field = new HeaderField(_scratch, start, name.Length, value.Length, known);
        Add(field, ref resolved);
        _scratchUsed = IsTooLarge ? start : start + name.Length + value.Length;
    }

    /// <summary>
    /// Adds a field; <paramref name="resolved"/> is where its table entry keeps what a path resolved to.
    /// </summary>
    internal void Add(in HeaderField field, ref object? resolved)
    {
        _sizeBytes = Math.Min(_sizeBytes + field.SizeBytes, int.MaxValue / 2);
        if (IsTooLarge)
        {
            return;
        }

        var known = field.Known;
        if (known is >= HeaderName.PseudoMethod and <= HeaderName.PseudoStatus)
        {
            AddPseudo(field, ref resolved);
            return;
        }

        if (known >= HeaderName.ConnectionSpecific)
        {
            Problem ??= "field not allowed";
            return;
        }

        if (known == HeaderName.ContentLength)
        {
            AddContentLength(field.Value);
        }
        else if (known == HeaderName.Host && _host < 0)
        {
            _host = Count;
        }

        if (Count == _fields.Length)
        {
            Array.Resize(ref _fields, Count * 2);
        }

        _fields[Count++] = field;
    }

    /// <summary>Checks the fields as a request's; null if they are one (RFC 9113 section 8.3.1).</summary>
    internal string? CheckRequest()
    {
        if (Problem is not null)
        {
            return Problem;
        }

        if (HasPseudo(HeaderName.PseudoStatus))
        {
            return ":status in a request";
        }

        if (!HasPseudo(HeaderName.PseudoMethod))
        {
            return "no :method";
        }

        if (Method.SequenceEqual("CONNECT"u8))
        {
            var hasPath = HasPseudo(HeaderName.PseudoPath) || HasPseudo(HeaderName.PseudoScheme);
            return hasPath ? "CONNECT with a path" : null;
        }

        return Path.Length == 0 || Scheme.Length == 0 ? "no :path or :scheme" : null;
    }

    /// <summary>Checks the fields as trailers; null if they are.</summary>
    internal string? CheckTrailers() => Problem ?? (_pseudoSeen != 0 ? "pseudo header in trailers" : null);

    private ref readonly HeaderField Field(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
        return ref _fields[index];
    }

    private bool HasPseudo(HeaderName name) => (_pseudoSeen & (1 << (int)name)) != 0;

    private ReadOnlySpan<byte> Pseudo(HeaderName name) =>
        HasPseudo(name) ? _pseudo[name - HeaderName.PseudoMethod].Value : default;

    private void AddPseudo(in HeaderField field, ref object? resolved)
    {
        if (Count > 0)
        {
            Problem ??= "pseudo header after a field";
            return;
        }

        if (HasPseudo(field.Known))
        {
            Problem ??= "pseudo header twice";
            return;
        }

        _pseudoSeen |= 1 << (int)field.Known;
        _pseudo[field.Known - HeaderName.PseudoMethod] = field;
        if (field.Known == HeaderName.PseudoPath && _resolver is not null)
        {
            resolved ??= _resolver.ResolvePath(field.Value);
            ResolvedPath = resolved;
        }
    }

    private void AddContentLength(ReadOnlySpan<byte> value)
    {
        // Digits only: the parser would take a sign.
        if (value.IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0
            || !Utf8Parser.TryParse(value, out long length, out var used)
            || used != value.Length
            || (ContentLength >= 0 && ContentLength != length))
        {
            Problem ??= "bad content-length";
            return;
        }

        ContentLength = length;
    }
}
