using Netcd.Base.Protobuf;
using Netcd.Base.GoSyntax;

namespace Netcd.Grpc;

/// <summary>
/// The statuses that the gRPC layer itself answers with: grpc-go's codes and texts (google.golang.org/grpc 1.81
/// <c>server.go</c>, <c>rpc_util.go</c>, <c>stream.go</c>, <c>internal/transport/http2_server.go</c>; checked against
/// etcd 3.5.30).
/// </summary>
public static class GrpcErrors
{
    public static readonly Status DeadlineExceeded = new(StatusCode.DeadlineExceeded, "context deadline exceeded");

    /// <summary>A unary call whose body ends before or inside the five bytes of the prefix.</summary>
    public static readonly Status NoMessage = new(StatusCode.Unknown, "EOF");

    /// <summary>A unary call whose body ends inside its message.</summary>
    public static readonly Status UnaryTruncated = new(StatusCode.Unknown, "unexpected EOF");

    /// <summary>A streaming call whose body ends inside a message.</summary>
    public static readonly Status StreamTruncated = new(StatusCode.Internal, "unexpected EOF");

    public static readonly Status CompressedIdentity =
        new(StatusCode.Internal, "grpc: compressed flag set with identity or empty encoding");

    /// <summary>A server-streaming call without its request.</summary>
    public static readonly Status NoRequest = new(
        StatusCode.Internal,
        "cardinality violation: received no request message from non-client-streaming RPC");

    /// <summary>A server-streaming call with more than one request.</summary>
    public static readonly Status SecondRequest = new(
        StatusCode.Internal,
        "cardinality violation: received multiple request messages for non-client-streaming RPC");

    /// <summary>A handler failed in a way that is no answer. Go's process would die; ours logs and lives.</summary>
    public static readonly Status HandlerFailed = new(StatusCode.Unknown, "internal error");

    public static Status MessageTooLarge(long lengthBytes, int limitBytes) => new(
        StatusCode.ResourceExhausted,
        $"grpc: received message larger than max ({lengthBytes} vs. {limitBytes})");

    public static Status DecompressedTooLarge(int limitBytes) => new(
        StatusCode.ResourceExhausted,
        $"grpc: received message after decompression larger than max {limitBytes}");

    public static Status DecompressionFailed(string reason) => new(
        StatusCode.Internal,
        $"grpc: failed to decompress the message: {reason}");

    public static Status UnexpectedFlag(byte flag) => new(
        StatusCode.Internal,
        $"grpc: received unexpected payload format {flag}");

    public static Status EncodingUnknown(string encoding) => new(
        StatusCode.Unimplemented,
        $"grpc: Decompressor is not installed for grpc-encoding {GoText.Quote(encoding)}");

    public static Status UnaryUnmarshal(ProtoException error) => new(
        StatusCode.Internal,
        $"grpc: error unmarshalling request: {Reason(error)}");

    public static Status StreamUnmarshal(ProtoException error) => new(
        StatusCode.Internal,
        $"grpc: failed to unmarshal the received message: {Reason(error)}");

    // Go's decoders answer a message that stops short with io.ErrUnexpectedEOF, which has no "proto: ".
    private static string Reason(ProtoException error) =>
        error.Message == "unexpected EOF" ? error.Message : $"proto: {error.Message}";
}
