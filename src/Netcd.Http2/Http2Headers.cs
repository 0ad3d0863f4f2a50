namespace Netcd.Http2;

/// <summary>
/// The decoded fields of one header block. One object per connection, refilled for each block: a view, valid until the
/// handler's method returns.
/// </summary>
public sealed class Http2Headers
{
    /// <summary>Value of <c>:method</c>.</summary>
    public ReadOnlySpan<byte> Method => throw new NotSupportedException();

    /// <summary>Value of <c>:scheme</c>.</summary>
    public ReadOnlySpan<byte> Scheme => throw new NotSupportedException();

    /// <summary>Value of <c>:path</c>.</summary>
    public ReadOnlySpan<byte> Path => throw new NotSupportedException();

    /// <summary>Value of <c>:authority</c>, else of <c>host</c>, else empty.</summary>
    public ReadOnlySpan<byte> Authority => throw new NotSupportedException();

    /// <summary>What <see cref="IHttp2Handler.ResolvePath"/> said about <see cref="Path"/>.</summary>
    public object? ResolvedPath => throw new NotSupportedException();

    /// <summary>Value of <c>content-length</c>, -1 without one.</summary>
    public long ContentLength => throw new NotSupportedException();

    /// <summary>Number of regular fields (pseudo headers not counted), in the order sent.</summary>
    public int Count => throw new NotSupportedException();

    /// <summary>Which well-known name a field has, so that the usual ones need no comparison.</summary>
    public HeaderName NameOf(int index) => throw new NotSupportedException();

    public ReadOnlySpan<byte> Name(int index) => throw new NotSupportedException();

    public ReadOnlySpan<byte> Value(int index) => throw new NotSupportedException();

    /// <summary>The first value of a well-known name; empty and false without one.</summary>
    public bool TryGetValue(HeaderName name, out ReadOnlySpan<byte> value) => throw new NotSupportedException();

    /// <summary>The first value of a name, given in lower case.</summary>
    public bool TryGetValue(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value) => throw new NotSupportedException();
}
