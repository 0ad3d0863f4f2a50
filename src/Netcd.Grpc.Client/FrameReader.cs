using System.Buffers.Binary;

namespace Netcd.Grpc.Client;

/// <summary>Cuts a response body into gRPC messages.</summary>
internal static class FrameReader
{
    private const int PrefixBytes = 5;

    /// <summary>The next message; null at the end of the body.</summary>
    public static async Task<byte[]?> ReadAsync(Stream body, int bytesMax, CancellationToken cancellationToken)
    {
        var prefix = new byte[PrefixBytes];
        var read = await body.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false, cancellationToken)
            .ConfigureAwait(false);
        if (read == 0)
        {
            return null;
        }

        if (read < PrefixBytes || prefix[0] != 0)
        {
            throw new GrpcException(new Status(StatusCode.Internal, "malformed message prefix in the answer"));
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
        if (length > bytesMax)
        {
            throw new GrpcException(
                new Status(
                    StatusCode.ResourceExhausted,
                    $"grpc: received message larger than max ({length} vs. {bytesMax})"));
        }

        var message = new byte[length];
        await body.ReadExactlyAsync(message, cancellationToken).ConfigureAwait(false);
        return message;
    }
}
