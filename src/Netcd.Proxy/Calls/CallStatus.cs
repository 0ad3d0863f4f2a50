using Netcd.Client;
using Netcd.Grpc;

namespace Netcd.Proxy.Calls;

/// <summary>The statuses with which failed calls are answered.</summary>
internal static class CallStatus
{
    public static readonly Status Canceled = new(StatusCode.Canceled, "context canceled");
    public static readonly Status Closing = new(StatusCode.Canceled, "the client connection is closing");
    public static readonly Status TooManyRequests = new(StatusCode.ResourceExhausted, "etcdserver: too many requests");
    public static readonly Status NoLeader = new(StatusCode.Unavailable, EtcdErrors.NoLeader);

    /// <summary>Of a call that goes to the member as it is.</summary>
    public static Status OfPassed(Exception problem) => problem switch
    {
        EtcdException refused => new Status(refused.Code, refused.Description),
        OperationCanceledException => Canceled,
        ObjectDisposedException => Closing,
        _ => new Status(StatusCode.Unknown, problem.Message),
    };

    /// <summary>
    /// Of a call that etcd's proxy makes through its client's methods: these turn etcd's errors into values without a
    /// gRPC code, of which grpc-go makes Unknown. The text, by which clients tell them apart, stays.
    /// </summary>
    public static Status OfMade(Exception problem) =>
        problem is EtcdException refused && EtcdErrors.IsKnown(refused.Description)
            ? new Status(StatusCode.Unknown, refused.Description)
            : OfPassed(problem);
}
