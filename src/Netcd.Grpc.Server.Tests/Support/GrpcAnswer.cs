using System.Text;

namespace Netcd.Grpc.Server.Tests.Support;

/// <summary>All that came back for a call.</summary>
public sealed record GrpcAnswer(
    int HttpStatus,
    string ContentType,
    string GrpcStatus,
    string GrpcMessage,
    bool IsTrailersOnly,
    IReadOnlyList<byte[]> Messages)
{
    public string Text => Encoding.UTF8.GetString(Messages.Single());

    public string StatusLine => $"{HttpStatus} {GrpcStatus} {GrpcMessage}";
}
