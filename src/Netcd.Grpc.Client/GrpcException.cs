namespace Netcd.Grpc.Client;

/// <summary>A call ended with a status other than OK.</summary>
public sealed class GrpcException(Status status)
    : Exception($"rpc error: code = {status.Code} desc = {status.Message}")
{
    public Status Status { get; } = status;

    public StatusCode Code => Status.Code;
}
