namespace Netcd.Grpc.Server.Timers;

/// <summary>Is told of expired deadlines, on a timer's thread: it must not block.</summary>
internal interface IDeadlineOwner
{
    void OnDeadline(int streamId, int generation);
}
