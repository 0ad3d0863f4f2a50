using Netcd.Base;
using Netcd.Base.Protobuf;

namespace Netcd.Server.Requests;

/// <summary>
/// The requests whose field 1 is a lease id: LeaseRevokeRequest, LeaseKeepAliveRequest, LeaseTimeToLiveRequest.
/// </summary>
public static class LeaseIdRequest
{
    /// <inheritdoc cref="RangeRequestView.Parse"/>
    public static LeaseId Parse(ReadOnlySpan<byte> message)
    {
        var id = LeaseId.None;
        var reader = new ProtoReader(message);
        while (reader.TryReadTag(out var field, out var wireType))
        {
            if (field == 1)
            {
                id = new LeaseId(reader.ReadInt64(wireType));
            }
            else
            {
                reader.Skip(wireType);
            }
        }

        return id;
    }
}
