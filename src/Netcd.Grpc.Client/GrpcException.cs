namespace Netcd.Grpc.Client;

/// <summary>A call ended with a status other than OK.</summary>
/// <param name="status">The status.</param>
/// <param name="isUnsent">The request certainly never reached a server: no connection was made for it.</param>
/// <param name="inner">What was seen below.</param>
public sealed class GrpcException(Status status, bool isUnsent = false, Exception? inner = null)
    : Exception($"rpc error: code = {status.Code} desc = {status.Message}", inner)
{
    public Status Status { get; } = status;

    public StatusCode Code => Status.Code;

    /// <summary>The request certainly never reached a server, so it may be sent again whatever it does.</summary>
    public bool IsUnsent { get; } = isUnsent;
}
