using Microsoft.Extensions.Logging;
using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Grpc.Server.Calls;

/// <summary>What becomes of an exception that a handler let out: the one place that decides.</summary>
internal sealed class HandlerFault(ILogger logger, Action<Exception>? fatal)
{
    /// <summary>
    /// The status to answer with. Our own broken invariants go to the host first, which may stop the process.
    /// </summary>
    public Status Answer(Exception error, Method method)
    {
        if (error is ProtoException malformed)
        {
            return method.Unary is null ? GrpcErrors.StreamUnmarshal(malformed) : GrpcErrors.UnaryUnmarshal(malformed);
        }

        Report(error, method);
        return GrpcErrors.HandlerFailed;
    }

    /// <summary>For an exception that no handler threw: the connection ends.</summary>
    public void ReportConnection(Exception error)
    {
        HostLog.ConnectionFailed(logger, error);
        if (IsOurs(error))
        {
            fatal?.Invoke(error);
        }
    }

    /// <summary>For an exception where no answer is due.</summary>
    public void Report(Exception error, Method method)
    {
        HostLog.HandlerFailed(logger, method.Path, error);
        if (IsOurs(error))
        {
            fatal?.Invoke(error);
        }
    }

    /// <summary>
    /// For an exception that an endpoint of HTTP let out. The same methods are served there as over gRPC, so the same
    /// is done; in etcd, too, what a gRPC handler breaks on behalf of the gateway ends the process.
    /// </summary>
    public void ReportWeb(Exception error, string path)
    {
        HostLog.WebFailed(logger, path, error);
        if (IsOurs(error))
        {
            fatal?.Invoke(error);
        }
    }

    /// <summary>Whether it shows a mistake of ours or damaged data, whoever it was that asked.</summary>
    public static bool IsOurs(Exception error) => error is InvariantException or CorruptionException;
}
