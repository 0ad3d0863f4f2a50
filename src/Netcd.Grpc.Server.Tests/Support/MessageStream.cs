using System.Buffers.Binary;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>Reads one message after the other of an answer that is still coming.</summary>
public static class MessageStream
{
    /// <summary>The next message, null at the end of the body.</summary>
    public static async Task<byte[]?> NextAsync(Stream body)
    {
        var prefix = new byte[5];
        var read = await body.ReadAtLeastAsync(prefix, 5, throwOnEndOfStream: false, TestTimeout.Token());
        if (read == 0)
        {
            return null;
        }

        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(prefix.AsSpan(1))];
        await body.ReadExactlyAsync(message, TestTimeout.Token());
        return message;
    }

    public static async Task<string?> NextTextAsync(Stream body) =>
        await NextAsync(body) is { } message ? System.Text.Encoding.UTF8.GetString(message) : null;
}
