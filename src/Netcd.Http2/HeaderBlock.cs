namespace Netcd.Http2;

/// <summary>
/// An encoded header block that uses no dynamic table and so is the same on every connection: encode once, send as bytes.
/// Immutable, thread safe.
/// </summary>
public sealed class HeaderBlock
{
    private readonly byte[] _bytes;

    private HeaderBlock(byte[] bytes) => _bytes = bytes;

    /// <summary><c>:status 200, content-type application/grpc</c>: the head of every gRPC response.</summary>
    public static HeaderBlock GrpcHead { get; } = Encode((":status", "200"), ("content-type", "application/grpc"));

    /// <summary><c>grpc-status 0</c> with an empty message left out: the trailers of every good gRPC response.</summary>
    public static HeaderBlock GrpcOk { get; } = Encode(("grpc-status", "0"));

    public int Length => _bytes.Length;

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Encodes fields in order; names are lower case, values are ASCII or Latin-1.</summary>
    public static HeaderBlock Encode(params ReadOnlySpan<(string Name, string Value)> fields) =>
        throw new NotSupportedException();
}
