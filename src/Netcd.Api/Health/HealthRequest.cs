using System.Text;
using System.Text.Unicode;
using Netcd.Base.Protobuf;

namespace Netcd.Api.Health;

/// <summary>
/// grpc.health.v1.HealthCheckRequest, read as google.golang.org/protobuf does: a field of another wire type is unknown,
/// and strings must be UTF-8.
/// </summary>
internal static class HealthRequest
{
    private const string Malformed = "proto: cannot parse invalid wire-format data";

    /// <summary>False with the decoder's text when the message is malformed.</summary>
    public static bool TryParse(ReadOnlySpan<byte> message, out string service, out string problem)
    {
        service = "";
        problem = "";
        try
        {
            var reader = new ProtoReader(message);
            while (reader.TryReadTag(out var field, out var wireType))
            {
                if (field != 1 || wireType != WireType.Bytes)
                {
                    reader.Skip(wireType);
                    continue;
                }

                var bytes = reader.ReadBytes(wireType);
                if (!Utf8.IsValid(bytes))
                {
                    problem = "string field contains invalid UTF-8";
                    return false;
                }

                service = Encoding.UTF8.GetString(bytes);
            }

            return true;
        }
        catch (ProtoException)
        {
            problem = Malformed;
            return false;
        }
    }
}
