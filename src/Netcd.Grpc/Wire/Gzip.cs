using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Netcd.Grpc.Wire;

/// <summary>Decompression of one message, bounded by what it may become.</summary>
internal static class Gzip
{
    private const int HeaderAndTrailerBytes = 18;
    private const int ChunkBytes = 16 * 1024;

    /// <summary>Null and a rented buffer, or grpc-go's status.</summary>
    public static Status? Decompress(ReadOnlySpan<byte> compressed, int bytesMax, out byte[]? plain, out int length)
    {
        plain = null;
        length = 0;
        if (compressed.Length < HeaderAndTrailerBytes)
        {
            return GrpcErrors.DecompressionFailed(compressed.IsEmpty ? "EOF" : "unexpected EOF");
        }

        var size = BinaryPrimitives.ReadUInt32LittleEndian(compressed[^4..]);
        using var source = new MemoryStream(compressed.ToArray(), writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        Status? error = null;
        try
        {
            int read;
            while ((read = gzip.Read(buffer, length, (int)Math.Min(buffer.Length, bytesMax + 1L) - length)) > 0)
            {
                length += read;
                if (length > bytesMax)
                {
                    error = GrpcErrors.DecompressedTooLarge(bytesMax);
                    break;
                }

                if (length == buffer.Length)
                {
                    var grown = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, length * 2L));
                    buffer.AsSpan(0, length).CopyTo(grown);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = grown;
                }
            }

            if (error is null && (uint)length != size)
            {
                error = GrpcErrors.DecompressionFailed("unexpected EOF");
            }
        }
        catch (InvalidDataException)
        {
            error = GrpcErrors.DecompressionFailed("gzip: invalid header");
        }

        if (error is null)
        {
            plain = buffer;
            return null;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        length = 0;
        return error;
    }
}
