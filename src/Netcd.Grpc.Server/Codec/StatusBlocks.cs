using System.Globalization;
using Netcd.Grpc.Wire;
using Netcd.Http2;

namespace Netcd.Grpc.Server.Codec;

/// <summary>Header blocks of answers.</summary>
internal static class StatusBlocks
{
    private const string ContentType = "application/grpc";

    /// <summary>Response headers for a request with that content subtype.</summary>
    public static HeaderBlock Head(string? subtype) => string.IsNullOrEmpty(subtype)
        ? HeaderBlock.GrpcHead
        : HeaderBlock.Encode((":status", "200"), ("content-type", $"{ContentType}+{subtype}"));

    /// <summary>Trailers after a message.</summary>
    public static HeaderBlock Trailers(Status status)
    {
        if (status.IsOK && status.Message.Length == 0)
        {
            return HeaderBlock.GrpcOk;
        }

        return HeaderBlock.Encode(
            ("grpc-status", Code(status)),
            ("grpc-message", StatusMessage.Encode(status.Message)));
    }

    /// <summary>An answer without a message.</summary>
    public static HeaderBlock TrailersOnly(Status status, string? subtype, int httpStatus = 200) => HeaderBlock.Encode(
        (":status", httpStatus.ToString(CultureInfo.InvariantCulture)),
        ("content-type", string.IsNullOrEmpty(subtype) ? ContentType : $"{ContentType}+{subtype}"),
        ("grpc-status", Code(status)),
        ("grpc-message", StatusMessage.Encode(status.Message)));

    private static string Code(Status status) => ((int)status.Code).ToString(CultureInfo.InvariantCulture);
}
