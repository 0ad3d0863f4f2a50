using Netcd.Grpc;

namespace Netcd.Api.Calls;

/// <summary>A streaming call that was refused when it began.</summary>
internal sealed class RefusedCall : IStreamCall
{
    public static readonly RefusedCall Instance = new();

    public void OnMessage(ReadOnlySpan<byte> message)
    {
        // Refused already.
    }

    public void OnHalfClose()
    {
        // Refused already.
    }

    public void OnWritable()
    {
        // Nothing waits for room.
    }

    public void OnClosed(StreamCloseReason reason)
    {
        // Nothing is held.
    }
}
