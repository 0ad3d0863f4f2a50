using System.Buffers.Binary;

namespace Netcd.Grpc.Client;

/// <summary>Cuts a response body into gRPC messages.</summary>
internal static class FrameReader
{
    public const int PrefixBytes = 5;

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

        var message = new byte[LengthOf(prefix.AsSpan(0, read), bytesMax)];
        await body.ReadExactlyAsync(message, cancellationToken).ConfigureAwait(false);
        return message;
    }

    /// <summary>The length of the message behind a prefix.</summary>
    /// <exception cref="GrpcException">It is no prefix, or the message would be too long.</exception>
    public static int LengthOf(ReadOnlySpan<byte> prefix, int bytesMax)
    {
        if (prefix.Length < PrefixBytes || prefix[0] != 0)
        {
            throw Malformed();
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]);
        return length <= bytesMax
            ? (int)length
            : throw new GrpcException(
                new Status(
                    StatusCode.ResourceExhausted,
                    $"grpc: received message larger than max ({length} vs. {bytesMax})"));
    }

    public static GrpcException Malformed() =>
        new(new Status(StatusCode.Internal, "malformed message prefix in the answer"));
}
