using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Netcd.Grpc.Client;

/// <summary>Cuts a response body into gRPC messages.</summary>
internal static class FrameReader
{
    private const int PrefixBytes = 5;

    public static async IAsyncEnumerable<byte[]> ReadAllAsync(
        Stream body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var prefix = new byte[PrefixBytes];
        while (true)
        {
            var read = await body.ReadAtLeastAsync(prefix, PrefixBytes, throwOnEndOfStream: false, cancellationToken)
                .ConfigureAwait(false);
            if (read == 0)
            {
                yield break;
            }

            if (read < PrefixBytes || prefix[0] != 0)
            {
                throw new GrpcException(new Status(StatusCode.Internal, "malformed message prefix in the answer"));
            }

            var length = BinaryPrimitives.ReadUInt32BigEndian(prefix.AsSpan(1));
            if (length > int.MaxValue)
            {
                throw new GrpcException(new Status(StatusCode.ResourceExhausted, $"a message of {length} bytes"));
            }

            var message = new byte[length];
            await body.ReadExactlyAsync(message, cancellationToken).ConfigureAwait(false);
            yield return message;
        }
    }
}
