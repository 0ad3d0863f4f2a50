using Google.Protobuf;
using Netcd.Grpc;

namespace Netcd.Api.Tests.Support;

/// <summary>How a unary call ended.</summary>
internal sealed record CallResult(Status Status, byte[] Message)
{
    public T As<T>(MessageParser<T> parser)
        where T : IMessage<T>
    {
        Assert.Equal(Status.OK, Status);
        return parser.ParseFrom(Message);
    }
}
