using Netcd.Api.Gateway.Json;
using Netcd.Grpc;

namespace Netcd.Api.Gateway;

/// <summary>Reads the one JSON value of a body that is there as a whole.</summary>
internal static class JsonRequest
{
    /// <summary>
    /// Puts the message into the output, an empty one for an empty body; what follows the value is not looked at. The
    /// result is null or what the call is answered with.
    /// </summary>
    public static Status? Read(JsonShape shape, ReadOnlySpan<byte> body, WireBuilder output, int messageBytesMax)
    {
        var scanner = default(GoJsonScanner);
        if (!scanner.TryEnd(body, out var used) && (scanner.Problem is not null || !scanner.TryFinish()))
        {
            return scanner.Problem is { } problem ? JsonGateway.Invalid(problem) : null;
        }

        return Map(shape, body[..used], output, messageBytesMax) is { } refusal ? refusal : null;
    }

    /// <summary>Maps one well-formed value.</summary>
    public static Status? Map(JsonShape shape, ReadOnlySpan<byte> value, WireBuilder output, int messageBytesMax)
    {
        if (ProtoJsonReader.FindProblem(shape, value.TrimStart(" \t\r\n"u8), output) is { } problem)
        {
            return JsonGateway.Invalid(problem);
        }

        return output.IsTooLarge ? GrpcErrors.MessageTooLarge(output.Total, messageBytesMax) : null;
    }
}
