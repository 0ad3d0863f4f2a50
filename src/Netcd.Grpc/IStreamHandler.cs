namespace Netcd.Grpc;

/// <summary>Opens the calls of a streaming method. Runs on the connection's thread and does not block.</summary>
public interface IStreamHandler
{
    /// <summary>
    /// A call has begun. To refuse it, call <see cref="StreamOut.Finish"/> and return any object: its methods, but for
    /// <see cref="IStreamCall.OnClosed"/>, are then not called.
    /// </summary>
    IStreamCall Open(in CallHead head, StreamOut output);
}
