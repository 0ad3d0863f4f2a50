namespace Netcd.Grpc;

/// <summary>The connection that owns pending calls. All methods are thread safe and do not block.</summary>
public interface ICallOwner
{
    /// <summary>Queues a call's answer; nothing is sent before <see cref="Flush"/>.</summary>
    void Complete(int streamId, int generation, in Reply reply);

    /// <summary>Wakes the connection to send what was queued; cheap when it is awake already.</summary>
    void Flush();
}
