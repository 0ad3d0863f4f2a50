using Netcd.Base.GoSyntax;

namespace Netcd.Grpc.Wire;

/// <summary>
/// What the gRPC layer must know of a request's header fields, and whether they are right. Filled field by field in the
/// order received; answers and precedence are grpc-go's (<c>internal/transport/http2_server.go</c>).
/// </summary>
public struct RequestHead
{
    private const string Base = "application/grpc";

    private Status? _error;
    private string? _refusedContentType;

    /// <summary>The time allowed; meaningful with <see cref="HasTimeout"/>.</summary>
    public TimeSpan Timeout { get; private set; }

    public bool HasTimeout { get; private set; }

    public bool HasContentType { get; private set; }

    /// <summary>
    /// What follows <c>application/grpc</c> and its separator; null for nothing. The answer repeats it.
    /// </summary>
    public string? Subtype { get; private set; }

    public MessageEncoding Encoding { get; private set; }

    /// <summary>The encoding's name as the client wrote it, when it is not known.</summary>
    public string? EncodingName { get; private set; }

    /// <summary>Whether a content type makes the request gRPC's business, if only to refuse it.</summary>
    public static bool IsGrpc(ReadOnlySpan<byte> contentType) => contentType.StartsWith("application/grpc"u8);

    public void AddContentType(ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("application/grpc"u8))
        {
            HasContentType = true;
            return;
        }

        if (IsGrpc(value) && value[Base.Length] is (byte)'+' or (byte)';')
        {
            HasContentType = true;
            Subtype = System.Text.Encoding.Latin1.GetString(value[(Base.Length + 1)..]);
            return;
        }

        _refusedContentType = System.Text.Encoding.Latin1.GetString(value);
    }

    public void AddTimeout(ReadOnlySpan<byte> value)
    {
        if (GrpcTimeout.TryParse(value, out var timeout, out var error))
        {
            Timeout = timeout;
            HasTimeout = true;
        }
        else
        {
            _error = new Status(StatusCode.Internal, $"malformed grpc-timeout: {error}");
        }
    }

    public void AddEncoding(ReadOnlySpan<byte> value)
    {
        if (value.SequenceEqual("identity"u8) || value.IsEmpty)
        {
            Encoding = MessageEncoding.Identity;
        }
        else if (value.SequenceEqual("gzip"u8))
        {
            Encoding = MessageEncoding.Gzip;
        }
        else
        {
            Encoding = MessageEncoding.Unknown;
            EncodingName = System.Text.Encoding.Latin1.GetString(value);
        }
    }

    /// <summary>Any other field: only those of binary metadata can be wrong.</summary>
    public void AddOther(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!BinaryMetadata.IsBinary(name))
        {
            return;
        }

        var bad = BinaryMetadata.FirstBadByte(value);
        if (bad >= 0)
        {
            _error = new Status(
                StatusCode.Internal,
                $"malformed binary metadata {GoText.Quote(value)} in header {GoText.Quote(name)}: "
                + $"illegal base64 data at input byte {bad}");
        }
    }

    /// <summary>The answer to headers that are wrong, null when the call may go on.</summary>
    /// <param name="method">The request's <c>:method</c>.</param>
    public readonly Refusal? Check(ReadOnlySpan<byte> method)
    {
        if (!HasContentType)
        {
            var text = $"invalid gRPC request content-type {GoText.Quote(_refusedContentType ?? "")}";
            return new Refusal(415, new Status(StatusCode.InvalidArgument, text));
        }

        if (_error is { } error)
        {
            return new Refusal(400, error);
        }

        if (!method.SequenceEqual("POST"u8))
        {
            var text = $"Received a HEADERS frame with :method {GoText.Quote(method)} which should be POST";
            return new Refusal(405, new Status(StatusCode.Internal, text));
        }

        return HasTimeout && Timeout == TimeSpan.Zero ? new Refusal(200, GrpcErrors.DeadlineExceeded) : null;
    }
}
