using Netcd.Base.Buffers;

namespace Netcd.Grpc;

/// <summary>
/// The answer of a pending call: a message, a source of one, or an error. Given to the transport, which releases
/// <see cref="Message"/> (pooled) or <see cref="Source"/> when it is sent or when the call is gone.
/// </summary>
public readonly record struct Reply
{
    private Reply(Status status, SharedBytes? message, IReplySource? source)
    {
        Status = status;
        Message = message;
        Source = source;
    }

    public Status Status { get; }

    public SharedBytes? Message { get; }

    public IReplySource? Source { get; }

    /// <summary>Success; takes over the caller's reference to <paramref name="message"/>.</summary>
    public static Reply Of(SharedBytes message) => new(Status.OK, message, null);

    /// <summary>Success with a long message.</summary>
    public static Reply Of(IReplySource source) => new(Status.OK, null, source);

    public static Reply Error(Status status) => new(status, null, null);

    /// <summary>Lets go of the message or source of an answer that will not be sent.</summary>
    public void Release()
    {
        Message?.Release();
        Source?.Release();
    }
}
