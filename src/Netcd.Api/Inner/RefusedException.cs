using Netcd.Grpc;

namespace Netcd.Api.Inner;

/// <summary>An inner call ended with a status that its caller passes on.</summary>
internal sealed class RefusedException(Status status) : Exception(status.Message)
{
    public Status Status { get; } = status;
}
